import { digestAuth, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { parallel, Router } from '../src/routing'

/** What the failure route remembers: JSON, stored with the call. */
interface State {
  readonly dialled: string
  readonly domain: string
}

/** Busy, silent for 25 seconds or away: the call goes to `voicemail`, which is told whom it was for. */
export const sip = new Router<State>()

const forMailbox = sip.branch('for-mailbox', (c) => c.headers.set('X-Mailbox', c.state.dialled))

const toVoicemail = sip.failure('to-voicemail', async (c) => {
  if (!c.best.is(408, 480, 486)) return
  const found = await c.location.lookup(`voicemail@${c.state.domain}`)
  if (found.type === 'found') return c.relay([found.targets], { onBranch: forMailbox, state: c.state })
})

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.use(async (c) => {
  if (!c.callee?.user) return c.respond(484)
  const { user: dialled, domain } = c.callee
  const found = await c.location.lookup()
  const targets = found.type === 'found' ? [parallel(...found.targets)] : []
  if (c.method !== 'INVITE') return targets.length === 0 ? c.respond(480) : c.relay(targets)
  // Nobody registered is a failure too: the route is asked at once.
  return c.relay(targets, { ringFor: { seconds: 25 }, onFailure: toVoicemail, state: { dialled, domain } })
})
