import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** Whom a person's calls go to when he is busy or does not answer. */
const FORWARDS: Readonly<Record<string, { readonly busy?: string; readonly noAnswer?: string }>> = {
  bob: { busy: 'ann', noAnswer: 'voicemail' },
}

interface State {
  readonly dialled: string
  readonly domain: string
}

export const sip = new Router<State>()

const forwarded = sip.failure('forwarded', async (c) => {
  const { dialled, domain } = c.state
  const { busy, noAnswer } = FORWARDS[dialled] ?? {}
  const user = c.best.is(486) ? busy : c.best.is(408, 480) ? noAnswer : undefined
  if (user === undefined) return
  const found = await c.location.lookup(`${user}@${domain}`)
  if (found.type === 'found') return c.relay([found.targets])
})

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(async (c) => {
  const { user: dialled, domain } = c.callee ?? {}
  const found = await c.location.lookup()
  if (dialled === undefined || domain === undefined || found.type !== 'found') return
  return c.relay([found.targets], { ringFor: { seconds: 20 }, onFailure: forwarded, state: { dialled, domain } })
})
sip.use(location())
