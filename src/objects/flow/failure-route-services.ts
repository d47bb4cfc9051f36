import type { DomainSettings, Lookup } from '../../routing'
import type { FailureServices } from '../../routing/later-routes'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { domainSettings } from '../domain-cache'
import { log } from '../log'

/** What a failure route may ask where its request is relayed. */
export class FailureRouteServices implements FailureServices {
  readonly nowMs = Date.now()
  private readonly env: Env

  constructor(env: Env) {
    this.env = env
  }

  lookup(aor: string, options: { readonly subscriber: boolean }): Promise<Lookup> {
    return callObject(() => locationStub(this.env, aor).lookup(options))
  }

  domain(name: string): Promise<DomainSettings | undefined> {
    return domainSettings(this.env, name, this.nowMs)
  }

  log(event: string, details: Readonly<Record<string, unknown>>): void {
    log(event, details)
  }
}
