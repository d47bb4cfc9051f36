import {
  Invitation,
  type InvitationAcceptOptions,
  Inviter,
  Messager,
  Registerer,
  RegistererState,
  type Session,
  SessionState,
  Subscriber,
  SubscriptionState,
  type URI,
  UserAgent,
} from 'sip.js'
import { type CallState, lampOf, type PhoneApi, type PhoneEvent, type PhoneSettings } from './phone-api'

let ua: UserAgent
let registerer: Registerer
let session: Session | undefined
let subscriber: Subscriber | undefined

const events: PhoneEvent[] = []
const note = (name: string, more: Omit<PhoneEvent, 'name'> = {}) => void events.push({ name, ...more })
const be = (state: CallState) => {
  phone.state = state
}

function start(settings: PhoneSettings): void {
  ua = new UserAgent({
    uri: uri(settings.aor),
    authorizationUsername: settings.username,
    authorizationPassword: settings.password,
    transportOptions: { server: settings.sipUrl },
    // The default asks a public STUN server and waits five seconds for it.
    sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [] } },
    logLevel: 'error',
    delegate: {
      onConnect: () => note('connected'),
      onDisconnect: () => note('disconnected'),
      onInvite: (invitation) => follow(invitation, 'incoming'),
      ...(settings.takesMessages ? { onMessage: takeMessage } : {}),
    },
  })
  registerer = new Registerer(ua)
  registerer.stateChange.addListener((state) => {
    if (state === RegistererState.Registered) note('registered')
    if (state === RegistererState.Unregistered) note('unregistered')
  })
  void ua.start()
}

function takeMessage(message: { request: { body: string; from: { uri: URI } }; accept(): Promise<void> }): void {
  note('message', { text: message.request.body, from: String(message.request.from.uri) })
  void message.accept()
}

function follow(next: Session, as: 'incoming' | 'calling'): void {
  session = next
  be(as)
  note(as, { from: String(next.remoteIdentity.uri) })
  next.stateChange.addListener((state) => {
    if (state === SessionState.Established) be('talking')
    if (state === SessionState.Terminated) be('ended')
    if (state === SessionState.Established) note('talking')
    if (state === SessionState.Terminated) note('ended')
  })
  next.delegate = {
    onBye: (bye) => {
      note('bye', { by: 'remote' })
      void bye.accept()
    },
    onCancel: (cancel) => note('failed', { by: 'remote', reason: cancel.request.getHeader('Reason') ?? '' }),
    onInfo: (info) => {
      note('dtmf', { by: 'remote', text: /Signal\s*=\s*(\S)/.exec(info.request.body)?.[1] ?? '' })
      void info.accept()
    },
    onInvite: (request) => {
      const held = /a=(sendonly|inactive)/.test(request.body)
      note(held ? 'hold' : 'unhold', { by: 'remote' })
    },
    onRefer: async (referral) => {
      note('refer', { text: String(referral.referTo.uri) })
      await referral.accept()
      invite(referral.makeInviter())
    },
  }
}

function invite(inviter: Inviter): void {
  follow(inviter, 'calling')
  void inviter.invite({
    requestDelegate: {
      onProgress: ({ message }) => {
        be('ringing')
        note('progress', { status: message.statusCode ?? 0 })
      },
      onReject: ({ message }) => note('failed', { by: 'remote', ...outcome(message) }),
    },
  })
}

function end(): void {
  const now = current()
  if (now.state === SessionState.Established) void now.bye()
  else if (now instanceof Inviter) void now.cancel()
  else if (now instanceof Invitation) void now.reject()
}

async function reinvite(hold: boolean): Promise<void> {
  const now = current()
  now.sessionDescriptionHandlerOptionsReInvite = { hold } as object
  await now.invite({ requestDelegate: { onAccept: () => note(hold ? 'hold' : 'unhold', { by: 'local' }) } })
}

async function reconnect(): Promise<void> {
  await ua.reconnect()
  await register()
}

async function register(): Promise<void> {
  await registerer.register({
    requestDelegate: { onReject: ({ message }) => note('registrationFailed', outcome(message)) },
  })
}

function watch(target: string): void {
  subscriber = new Subscriber(ua, uri(target), 'dialog', {
    expires: 600,
    extraHeaders: ['Accept: application/dialog-info+xml'],
    delegate: {
      onNotify: (notification) => {
        note('lamp', { text: lampOf(notification.request.body) })
        void notification.accept()
      },
    },
  })
  subscriber.stateChange.addListener((state) => {
    if (state === SubscriptionState.Subscribed) note('watching')
    if (state === SubscriptionState.Terminated) note('unwatched')
  })
  void subscriber.subscribe()
}

function outcome(message: { statusCode?: number | undefined; reasonPhrase?: string | undefined }) {
  return { status: message.statusCode ?? 0, reason: message.reasonPhrase ?? '' }
}

function current(): Session {
  if (!session) throw new Error('no call')
  return session
}

function uri(text: string): URI {
  const parsed = UserAgent.makeURI(text)
  if (!parsed) throw new Error(`not a URI: ${text}`)
  return parsed
}

function incoming(): Invitation {
  const now = current()
  if (!(now instanceof Invitation)) throw new Error('no incoming call')
  return now
}

const phone: PhoneApi = {
  state: 'idle',
  events,
  start,
  register: () => void register(),
  reconnect: () => void reconnect(),
  unregister: (all = false) => void registerer.unregister({ all }),
  call: (target) => invite(new Inviter(ua, uri(target))),
  callAnonymously: (target) => invite(new Inviter(ua, uri(target), { anonymous: true })),
  answer: (options?: InvitationAcceptOptions) => void incoming().accept(options),
  reject: (status) => void incoming().reject({ statusCode: status }),
  hangup: end,
  hold: () => void reinvite(true),
  resume: () => void reinvite(false),
  sendDtmf: (tone) => {
    const body = {
      contentDisposition: 'render',
      contentType: 'application/dtmf-relay',
      content: `Signal=${tone}\r\nDuration=100`,
    }
    void current().info({ requestOptions: { body } })
  },
  sendMessage: (target, text) =>
    void new Messager(ua, uri(target), text).message({
      requestDelegate: {
        onAccept: ({ message }) => note('messageSent', outcome(message)),
        onReject: ({ message }) => note('messageFailed', outcome(message)),
      },
    }),
  watch,
  unwatch: () => void subscriber?.unsubscribe(),
  transfer: (target) => {
    const onNotify = (notification: { request: { body: string }; accept(): Promise<void> }) => {
      note('transfer', { status: Number(/^SIP\/2\.0 (\d{3})/.exec(notification.request.body)?.[1]) })
      void notification.accept()
    }
    void current().refer(uri(target), { onNotify })
  },
}
globalThis.phone = phone
