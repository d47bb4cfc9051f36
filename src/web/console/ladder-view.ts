import { button, clockText, create } from '../dom'
import type { CallDetails, Message } from './call'

/** Narrowest column of the ladder. */
const COLUMN_REM = 11

/** The messages of a call as arrows between life lines. `onChoose` gets the one that was pressed. */
export function ladder(call: CallDetails, onChoose: (message: Message) => void): HTMLElement {
  const columns = call.ends.length
  const view = create('div', 'ladder')
  view.style.setProperty('--columns', String(columns))
  view.style.minWidth = `${columns * COLUMN_REM + 7}rem`
  const heads = create('div', 'heads')
  heads.append(...call.ends.map(({ end, name }) => headOf(end, name)))
  const began = Date.parse(call.messages[0]?.at ?? call.setupAt)
  const indexOf = (end: string) => call.ends.findIndex((known) => known.end === end)
  const steps = call.messages.map((message) => {
    const step = stepOf(message, { from: indexOf(message.from), to: indexOf(message.to), columns, began })
    step.addEventListener('click', () => {
      for (const other of view.querySelectorAll('.step')) other.removeAttribute('aria-current')
      step.setAttribute('aria-current', 'true')
      onChoose(message)
    })
    return step
  })
  view.append(heads, ...steps)
  return view
}

function headOf(end: string, name: string): HTMLElement {
  const head = create('div', 'head', name)
  head.title = name
  head.dataset.end = end === 'strowger' ? 'us' : 'other'
  return head
}

function stepOf(
  message: Message,
  place: { readonly from: number; readonly to: number; readonly columns: number; readonly began: number },
): HTMLButtonElement {
  const { from, to, columns, began } = place
  const step = button('step', '', () => {})
  const at = new Date(message.at)
  const time = create('span', 'time', clockText(at, true))
  time.title = `+${((at.getTime() - began) / 1_000).toFixed(3)} s`
  const lane = create('span', 'lane')
  const arrow = create('span', 'arrow')
  arrow.dataset.look = lookOf(message)
  arrow.dataset.to = to > from ? 'right' : 'left'
  arrow.style.left = `${((Math.min(from, to) + 0.5) / columns) * 100}%`
  arrow.style.width = `${(Math.abs(to - from) / columns) * 100}%`
  const label = create('span', 'label', message.title)
  if (message.hasDescription) label.append(create('span', 'sdp', 'SDP'))
  if (message.failed !== undefined) label.append(create('span', 'not-sent', `✗ ${message.failed}`))
  arrow.append(label)
  lane.append(arrow)
  step.append(time, lane)
  return step
}

function lookOf({ title, failed }: Message): string {
  if (failed !== undefined) return 'bad'
  const status = Number(/^\d{3}/.exec(title)?.[0])
  if (Number.isNaN(status)) return 'request'
  return status < 200 ? 'soft' : status < 300 ? 'good' : 'bad'
}
