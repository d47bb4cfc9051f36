import type { Request } from '../sip/message/message'
import { makeResponse } from '../sip/message/respond'
import type { Objection } from '../sip/proxy/validation'
import { registeredResponse } from '../sip/registrar/response'
import type { Decision } from './decision'
import type { Party } from './party'
import type { Lookup, Services } from './services'

/** What its location must know of the context of a request. */
interface Asking {
  readonly request: Request
  readonly callee: Party | undefined
  readonly to: Party | undefined
  readonly services: Services
  respond(status: number, reason?: string): Decision
  refuse(objection: Objection): Decision
}

interface Deciding {
  /** Of the answers to this request. */
  readonly toTag: string
  decide(decision: Decision): Decision
}

/** `c.location`: where the callee of a request is, and what is kept of whom a REGISTER or a SUBSCRIBE is for. */
export class RequestLocation {
  private readonly asking: Asking
  private readonly deciding: Deciding
  private looked: { readonly aor: string; readonly found: Lookup } | undefined

  constructor(asking: Asking, deciding: Deciding) {
    this.asking = asking
    this.deciding = deciding
  }

  /** Bindings of the callee as targets. `subscriber`: also ask whether an address without binding is a subscriber. */
  async lookup({ subscriber = false }: { subscriber?: boolean } = {}): Promise<Lookup> {
    const { callee, services } = this.asking
    const aor = callee?.aor ?? ''
    const known = this.looked?.aor === aor ? this.looked.found : undefined
    // Asked once for each request, unless it was not asked whether that is a subscriber and must be now.
    const isEnough = !subscriber || known?.type !== 'unregistered' || known.subscriber !== undefined
    if (known && isEnough) return known
    const found = await services.lookup(aor, { subscriber })
    this.looked = { aor, found }
    return found
  }

  /** Stores the bindings of a REGISTER under its To and answers it. */
  async save(): Promise<Decision> {
    const { to, services, request } = this.asking
    if (to === undefined) return this.asking.respond(400, 'Bad Request - To Is Not A SIP URI')
    const saved = await services.save(to.aor, request)
    if (!saved.ok) return this.asking.refuse(saved)
    const { toTag, decide } = this.deciding
    const options = { toTag, nowMs: services.nowMs, outbound: saved.outbound }
    return decide({ type: 'respond', response: registeredResponse(request, saved.contacts, options) })
  }

  /**
   * Begins, refreshes or ends the subscription of a proved address-of-record to the dialog state of the one in the
   * Request-URI, and answers it (RFC 6665). Whether he may is for the script to say before.
   */
  async subscribe(watcher: string): Promise<Decision> {
    const { callee, services, request } = this.asking
    const { toTag, decide } = this.deciding
    const { status, notify, ...options } = await services.subscribe(callee?.aor ?? '', watcher, request)
    const response = makeResponse(request, status, { toTag, ...options })
    return decide({ type: 'respond', response, ...(notify ? { followedBy: notify } : {}) })
  }
}
