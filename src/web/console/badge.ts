import { create } from '../dom'

export type Look = 'good' | 'bad' | 'soft' | 'going'

/** A word that is coloured by what it means. */
export function badge(text: string, look: Look): HTMLElement {
  const view = create('span', 'badge', text)
  view.dataset.look = look
  return view
}
