import { UA, WebSocketInterface } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { IncomingResponse } from 'jssip/lib/SIPMessage'
import { type CallState, lampOf, type PhoneApi, type PhoneEvent, type PhoneSettings } from './phone-api'

let ua: UA
let session: RTCSession | undefined
let subscriber: ReturnType<UA['subscribe']> | undefined

const events: PhoneEvent[] = []
const note = (name: string, more: Omit<PhoneEvent, 'name'> = {}) => void events.push({ name, ...more })
const be = (state: CallState) => {
  phone.state = state
}

function start(settings: PhoneSettings): void {
  ua = new UA({
    sockets: [new WebSocketInterface(settings.sipUrl)],
    uri: settings.aor,
    password: settings.password,
    register: false,
  })
  ua.on('connected', () => note('connected'))
  ua.on('disconnected', () => note('disconnected'))
  ua.on('registered', () => note('registered'))
  ua.on('unregistered', () => note('unregistered'))
  ua.on('registrationFailed', ({ response }) => note('registrationFailed', outcome(response)))
  ua.on('newRTCSession', (event: { session: RTCSession; originator: string }) =>
    follow(event.session, event.originator),
  )
  if (settings.takesMessages) ua.on('newMessage', takeMessage)
  ua.start()
}

function takeMessage({
  originator,
  request,
}: {
  originator: string
  request: { body: string; from: { uri: object } }
}) {
  if (originator === 'remote') note('message', { text: request.body, from: String(request.from.uri) })
}

function follow(next: RTCSession, originator: string): void {
  session = next
  be(originator === 'remote' ? 'incoming' : 'calling')
  note(originator === 'remote' ? 'incoming' : 'calling', { from: String(next.remote_identity.uri) })
  next.on('progress', (event: { originator: string; response?: IncomingResponse | null }) => {
    if (event.originator !== 'remote') return
    be('ringing')
    note('progress', outcome(event.response))
  })
  next.on('confirmed', () => {
    be('talking')
    note('talking')
  })
  next.on('ended', ({ originator: by, message }) => over('ended', by, message))
  next.on('failed', ({ originator: by, message }) => over('failed', by, message))
  next.on('hold', ({ originator: by }) => note('hold', { by }))
  next.on('unhold', ({ originator: by }) => note('unhold', { by }))
  next.on('newDTMF', (event: { originator: string; dtmf: { tone: string } }) =>
    note('dtmf', { by: event.originator, text: event.dtmf.tone }),
  )
  next.on('update', () => note('update'))
  next.on('refer', ({ request, accept }) => {
    note('refer', { text: request.getHeader('Refer-To') ?? '' })
    accept((transferred: RTCSession) => follow(transferred, 'local'))
  })
}

function over(name: 'ended' | 'failed', by: string, message: unknown): void {
  be('ended')
  note(name, { by, ...outcome(message as IncomingResponse | null) })
}

/** Status and Reason header of whatever ended something. */
function outcome(message: IncomingResponse | null | undefined): Omit<PhoneEvent, 'name'> {
  const reason = message?.getHeader?.('Reason') ?? message?.reason_phrase
  return {
    ...(message?.status_code ? { status: message.status_code } : {}),
    ...(reason ? { reason } : {}),
  }
}

function watch(target: string): void {
  subscriber = ua.subscribe(target, 'dialog', 'application/dialog-info+xml', { expires: 600 })
  subscriber.on('active', () => note('watching'))
  subscriber.on('notify', (_isFinal, _request, body = '') => note('lamp', { text: lampOf(body) }))
  subscriber.on('terminated', () => note('unwatched'))
  subscriber.subscribe()
}

function current(): RTCSession {
  if (!session) throw new Error('no call')
  return session
}

const referProgress = (event: { status_line?: { status_code: number } }) =>
  note('transfer', event.status_line ? { status: event.status_line.status_code } : {})

const phone: PhoneApi = {
  state: 'idle',
  events,
  start,
  register: () => ua.register(),
  unregister: (all = false) => ua.unregister({ all }),
  call: (target) => void ua.call(target),
  callAnonymously: (target) => void ua.call(target, { anonymous: true }),
  answer: () => current().answer(),
  reject: (status) => current().terminate({ status_code: status }),
  hangup: () => current().terminate(),
  hold: () => void current().hold(),
  resume: () => void current().unhold(),
  sendDtmf: (tone) => current().sendDTMF(tone),
  sendMessage: (target, text) =>
    void ua.sendMessage(target, text, {
      eventHandlers: {
        succeeded: ({ response }) => note('messageSent', outcome(response)),
        failed: ({ response }) => note('messageFailed', outcome(response)),
      },
    }),
  watch,
  unwatch: () => subscriber?.terminate(),
  transfer: (target) =>
    current().refer(target, {
      eventHandlers: { trying: referProgress, progress: referProgress, accepted: referProgress },
    }),
  update: () => void current().renegotiate({ useUpdate: true }, () => note('updated')),
}
globalThis.phone = phone
