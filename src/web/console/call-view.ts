import { button, create, part } from '../dom'
import { badge } from './badge'
import { addressText, type CallDetails, durationText, type Media, type Message, outcomeOf } from './call'
import { ladder } from './ladder-view'
import { measuredText } from './measured'
import { change, readBlob, token } from './rest'

/** The page of one call. `link`: the query that it was opened with, in place of a token. */
export function showCall(call: CallDetails, link: string, onFault: (error: unknown) => void): void {
  const to = addressText(call.to)
  document.title = `${call.caller ?? addressText(call.from)} → ${to} · Strowger`
  const page = part('call')
  const shown = messageView()
  page.replaceChildren(headerOf(call, link, onFault), factsOf(call), ...findingsOf(call), bodyOf(call, shown))
  page.hidden = false
}

function headerOf(call: CallDetails, link: string, onFault: (error: unknown) => void): HTMLElement {
  const header = create('header', 'call-head')
  const title = create('h1', '')
  const arrow = create('span', 'soft', ' → ')
  title.append(call.caller ?? addressText(call.from), arrow, addressText(call.to))
  const { text, look } = outcomeOf(call)
  const outcome = badge(text, look)
  outcome.dataset.testid = 'outcome'
  const actions = create('div', 'actions')
  actions.append(
    button('small-button', 'Download pcap', () => void download(call.id, link).catch(onFault)),
    ...(token.get() === undefined ? [] : [copyLink(call.id, onFault)]),
  )
  header.append(title, outcome, actions)
  return header
}

function copyLink(id: string, onFault: (error: unknown) => void): HTMLButtonElement {
  const copy = button('small-button', 'Copy a link for 24 hours', () => {
    change<{ url: string }>('POST', `/v1/calls/${id}/link`, {})
      .then(({ url }) => navigator.clipboard.writeText(url))
      .then(() => {
        copy.textContent = 'Copied'
      })
      .catch(onFault)
  })
  return copy
}

async function download(id: string, link: string): Promise<void> {
  const url = URL.createObjectURL(await readBlob(`/v1/calls/${id}/pcap${link}`))
  const anchor = create('a', '')
  anchor.href = url
  anchor.download = `${id}.pcap`
  anchor.click()
  URL.revokeObjectURL(url)
}

function factsOf(call: CallDetails): HTMLElement {
  const facts = create('dl', 'facts')
  const add = (name: string, value: string | undefined) => {
    if (!value) return
    const fact = create('div', '')
    fact.append(create('dt', '', name), create('dd', '', value))
    facts.append(fact)
  }
  const began = Date.parse(call.setupAt)
  const after = (time: string | undefined) => time && `after ${((Date.parse(time) - began) / 1_000).toFixed(2)} s`
  add('Began', new Date(call.setupAt).toLocaleString())
  add('Rang', after(call.ringingAt))
  add('Answered', [after(call.answeredAt), call.callee && `by ${call.callee}`].filter(Boolean).join(' '))
  add('Duration', durationText(call.durationMs))
  add('Ended by', call.endedBy && `the ${call.endedBy}`)
  add('Carrier', call.carrier && [call.carrier.set, call.carrier.uri, call.carrier.trunk].filter(Boolean).join(' · '))
  add('Caller offers', mediaText(call.media.caller))
  add('Callee answers', mediaText(call.media.callee))
  for (const { link, network } of call.measured) {
    add('From the phones', measuredText(link))
    add('From the carrier', measuredText(network))
  }
  add('Call-ID', call.callId)
  return facts
}

function mediaText(media: Media | undefined): string | undefined {
  if (!media) return undefined
  const packets = media.ptime === undefined ? '' : ` · ${media.ptime} ms in a packet`
  return `${media.codecs.join(', ') || 'no audio'}${packets}`
}

function findingsOf(call: CallDetails): HTMLElement[] {
  if (call.findings.length === 0) return []
  const list = create('ul', 'findings')
  list.dataset.testid = 'findings'
  list.append(...call.findings.map(({ text }) => create('li', '', text)))
  return [list]
}

function bodyOf(call: CallDetails, shown: ReturnType<typeof messageView>): HTMLElement {
  const body = create('div', 'call-body')
  const scroller = create('div', 'card ladder-scroller')
  if (call.messages.length === 0)
    scroller.append(create('p', 'empty', 'No messages were kept of this call (CALLS_KEPT in wrangler.toml).'))
  else scroller.append(ladder(call, shown.show))
  body.append(scroller, shown.view)
  return body
}

/** The message that was chosen, as it was on the wire. */
function messageView() {
  const view = create('aside', 'card message-view')
  view.append(create('p', 'empty', 'Press an arrow to read its message.'))
  const show = ({ text, title }: Message) => {
    const head = create('div', 'card-head')
    const copy = button('small-button', 'Copy', () => {
      void navigator.clipboard.writeText(text).then(() => {
        copy.textContent = 'Copied'
      })
    })
    head.append(create('h2', '', title), copy)
    const raw = create('pre', 'raw', text)
    raw.dataset.testid = 'raw'
    view.replaceChildren(head, raw)
  }
  return { view, show }
}
