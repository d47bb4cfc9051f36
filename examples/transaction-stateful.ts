import { digestAuth, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { parallel, Router } from '../src/routing'

/** What the routes of one transaction remember: Kamailio's AVP. */
interface State {
  readonly dialled: string
}

/**
 * A transaction remembers what was dialled: the log has it with 180 and 200. ACK and BYE are transactions of their own, which
 * know nothing of it; what `dialog` keeps they can ask for.
 */
export const sip = new Router<State>()

const replies = sip.reply('replies', (c) => c.log('reply', { dialled: c.state.dialled }))

sip.use(sanity(), maxForwards(70))
sip.on('BYE', async (c) => {
  if (c.inDialog) c.log('bye', { dialled: (await c.dialog()) ?? null })
})
sip.use(withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.use(async (c) => {
  const dialled = c.callee?.user
  if (dialled === undefined) return c.respond(484)
  const found = await c.location.lookup()
  if (found.type !== 'found') return c.respond(404, 'User not Registered')
  return c.relay([parallel(...found.targets)], { onReply: replies, state: { dialled }, dialog: dialled })
})
