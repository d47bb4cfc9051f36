import { digestAuth, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** What the voicemail is told. */
interface State {
  readonly mailbox: string
}

/**
 * A farm of media servers, Asterisk for one, behind two dispatcher sets. `conf-7@…` is a conference: all its callers reach the same server
 * (`conference`, with `"algorithm": "hash-to"`). A call that nobody takes goes to any server (`voicemail`, with
 * `"algorithm": "round-robin"`), which reads in X-Mailbox whom it was for.
 */
export const sip = new Router<State>()

const forMailbox = sip.branch('for-mailbox', (c) => c.headers.set('X-Mailbox', c.state.mailbox))

const toVoicemail = sip.failure('to-voicemail', async (c) => {
  if (!c.best.is(408, 480, 486)) return
  return c.relay(await c.carriers('voicemail', 'voicemail'), { onBranch: forMailbox, state: c.state })
})

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  const mailbox = c.callee?.user
  if (mailbox === undefined) return c.respond(484)
  if (mailbox.startsWith('conf-')) return c.relay(await c.carriers('conference', mailbox))
  const found = await c.location.lookup()
  const targets = found.type === 'found' ? [found.targets] : []
  return c.relay(targets, { ringFor: { seconds: 25 }, onFailure: toVoicemail, state: { mailbox } })
})
