import { type DeploymentSettings, deploymentSettings } from '../../platform/deployment'
import type { DomainSettings, Lookup } from '../../routing'
import type { LiveGateway } from '../../routing/carriers'
import type { FailureServices } from '../../routing/later-routes'
import type { SharedRows } from '../../routing/shared'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { domainSettings } from '../domain-cache'
import { liveGateways } from '../gateway-cache'
import { log } from '../log'
import { ShardedRows } from '../shared-rows'

/** What a failure route may ask where its request is relayed. */
export class FailureRouteServices implements FailureServices {
  readonly nowMs = Date.now()
  readonly settings: DeploymentSettings
  readonly shared: SharedRows
  private readonly env: Env

  constructor(env: Env) {
    this.env = env
    this.settings = deploymentSettings(env)
    this.shared = new ShardedRows(env)
  }

  lookup(aor: string, options: { readonly subscriber: boolean }): Promise<Lookup> {
    return callObject(() => locationStub(this.env, aor).lookup(options))
  }

  domain(name: string): Promise<DomainSettings | undefined> {
    return domainSettings(this.env, name, this.nowMs)
  }

  gateways(): Promise<readonly LiveGateway[]> {
    return liveGateways(this.env, this.nowMs)
  }

  log(event: string, details: Readonly<Record<string, unknown>>): void {
    log(event, details)
  }
}
