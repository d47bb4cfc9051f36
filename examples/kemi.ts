import { digestAuth, maxForwards, noOpenRelay, registrar, sanity, withinDialog } from '../src/blocks'
import { type Context, type Decision, parallel, type ReplyContext, Router } from '../src/routing'

/**
 * The class of a KEMI script, line by line: what Kamailio calls in `ksr_request_route(msg)` is a block here, and `KSR` is the
 * context `c`. `mod_init` and `child_init` have no counterpart: the module is loaded when it is needed, and remembers nothing.
 */
class Exchange {
  readonly requestRoute = async (c: Context): Promise<Decision | undefined> => {
    c.log('request', { from: c.from?.aor, to: c.request.uri }) // KSR.info(...)
    if (c.method === 'INVITE') return this.routeInvite(c) //       if msg.Method == "INVITE": return self.route_invite(msg)
    return this.routeRelay(c) //                                   return self.route_relay(msg)
  }

  private async routeInvite(c: Context): Promise<Decision | undefined> {
    const user = c.callee?.user //                                 KSR.pv.get("$rU")
    if (user === undefined) return c.respond(484) //               KSR.sl.sl_send_reply(484, "Address Incomplete")
    c.headers.add('X-Dialled', user) //                            KSR.hdr.append("X-Dialled: " + user + "\r\n")
    return this.routeRelay(c)
  }

  private async routeRelay(c: Context): Promise<Decision> {
    const found = await c.location.lookup() //                     KSR.registrar.lookup("location")
    if (found.type !== 'found') return c.respond(404, 'User not Registered')
    return c.relay([parallel(...found.targets)], { onReply: logged }) // KSR.tm.t_on_reply("..."); KSR.tm.t_relay()
  }

  readonly replyRoute = (c: ReplyContext): void => c.log('reply') // def ksr_onreply_route(self, msg)
}

const exchange = new Exchange()
export const sip = new Router()
const logged = sip.reply('logged', exchange.replyRoute)

sip.use(sanity(), maxForwards(70), withinDialog()) //              route_reqinit, route_withindlg
sip.use(digestAuth(), noOpenRelay()) //                            route_auth
sip.register(registrar()) //                                       route_registrar
sip.use(exchange.requestRoute) //                                  ksr_request_route
