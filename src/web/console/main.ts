import { part } from '../dom'
import type { CallDetails } from './call'
import { showCall } from './call-view'
import { showCarriers } from './carriers-view'
import { showList } from './list-view'
import { Refused, read, token } from './rest'
import { showSubscribers } from './subscribers-view'

/** `/calls`, `/calls/{id}`, `/subscribers`, `/carriers`; a link to a call carries its own key in the query. */
const [, place = '', id = ''] = location.pathname.split('/')
const link = new URLSearchParams(location.search).has('key') ? location.search : ''

async function show(): Promise<void> {
  const isSignedIn = token.get() !== undefined
  part('sign-out').hidden = !isSignedIn
  part('places').hidden = !isSignedIn
  part('places').querySelector(`[href="/${place}"]`)?.setAttribute('aria-current', 'page')
  if (!isSignedIn && link === '') return askForToken()
  try {
    if (place === 'subscribers') await showSubscribers(fault)
    else if (place === 'carriers') await showCarriers()
    else if (id === '') await showList(fault)
    else showCall(await read<CallDetails>(`/v1/calls/${id}${link}`), link, fault)
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) return fault(error)
    token.forget()
    askForToken(error.message)
  }
}

function askForToken(why?: string): void {
  for (const name of ['sign-out', 'places']) part(name).hidden = true
  part('sign-in').hidden = false
  part('sign-in-fault').hidden = why === undefined
  part('sign-in-fault').textContent = why ?? ''
  part('token').focus()
}

function fault(error: unknown): void {
  const line = part('fault')
  line.textContent = error instanceof Error ? error.message : String(error)
  line.hidden = false
}

part<HTMLFormElement>('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  const field = part<HTMLInputElement>('token')
  token.set(field.value.trim())
  field.value = ''
  part('sign-in').hidden = true
  void show()
})
part('sign-out').addEventListener('click', () => {
  token.forget()
  location.reload()
})
void show()
