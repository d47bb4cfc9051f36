import { digestAuth, location, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { Router } from '../src/routing'

/** Marks every response of a call, hides 183 and logs the others. */
export const sip = new Router()

const marked = sip.reply('marked', (c) => {
  if (c.status === 183) return c.drop()
  c.headers.add('X-Proxied', 'For the reply')
  c.log('reply')
})
const markedToo = sip.branch('marked-too', (c) => c.headers.add('X-Proxied', 'You betcha'))

sip.use(sanity(), maxForwards(70), withinDialog())
sip.use(digestAuth(), noOpenRelay())
sip.register(registrar())
sip.invite(location({ onReply: marked, onBranch: markedToo }))
sip.use(location())
