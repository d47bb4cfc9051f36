import { create, part } from './dom'
import { demoUsers } from './settings'

/** The page without a user: pick which demo phone this tab is. */
export function showChooser(): void {
  part('chooser').hidden = false
  part('chooser-users').append(...demoUsers.map(phoneLink))
}

function phoneLink(user: string): HTMLAnchorElement {
  const link = create('a', 'choice')
  link.href = `?user=${user}`
  link.dataset.testid = `choose-${user}`
  link.append(create('strong', '', user), create('span', '', 'Open phone'))
  return link
}
