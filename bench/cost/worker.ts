/** The Worker with a meter in it: the same objects, and everything that they are given is counted. */
import worker, { CallsObject as Calls, FlowObject as Flow, LocationObject as Location } from '../../src/index'
import { advance, count, meteredEnv, meteredState, take } from './meter'

export { AlertsObject, GatewaysObject, SharedObject } from '../../src/index'

// What is counted is printed, and not each call.
console.log = () => {}

/** `/meter` answers the counts and forgets them; `/meter?advance=MS` moves the clock. */
export default {
  async fetch(
    request: Request<unknown, IncomingRequestCfProperties>,
    env: Env,
    ctx: ExecutionContext,
  ): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname !== '/meter') {
      count('workerRequests')
      return worker.fetch(request, meteredEnv(env), ctx)
    }
    advance(Number(url.searchParams.get('advance') ?? 0))
    return Response.json(take())
  },
}

export class FlowObject extends Flow {
  constructor(ctx: DurableObjectState, env: Env) {
    super(meteredState(ctx), meteredEnv(env))
  }

  override webSocketMessage(ws: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    count('webSocketMessages')
    return super.webSocketMessage(ws, frame)
  }

  override webSocketClose(...args: Parameters<Flow['webSocketClose']>): Promise<void> {
    count('webSocketCloses')
    return super.webSocketClose(...args)
  }

  override alarm(): Promise<void> {
    count('objectRequests')
    count('alarmRuns')
    return super.alarm()
  }
}

export class CallsObject extends Calls {
  constructor(ctx: DurableObjectState, env: Env) {
    super(meteredState(ctx), meteredEnv(env))
  }
}

export class LocationObject extends Location {
  constructor(ctx: DurableObjectState, env: Env) {
    super(meteredState(ctx), meteredEnv(env))
  }
}
