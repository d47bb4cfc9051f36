import type { ProberNews } from '../dispatcher/prober'
import type { GatewayAnswer, GatewayQuestion } from '../dispatcher/questions'
import { callAgain } from './object-call'

/** The calls that the API makes to the object that knows the gateways. */
interface Directory {
  configurationChanged(): Promise<void>
  report(name: string, report: Readonly<Record<string, unknown>>, nowMs: number): Promise<ProberNews>
  describe(): Promise<GatewayView[]>
  forget(name: string): Promise<boolean>
  ask(question: GatewayQuestion): Promise<{ readonly answers: GatewayAnswer[]; readonly silent: string[] }>
  answered(id: string, answer: GatewayAnswer): Promise<void>
}

/** Times are epoch ms. */
export interface GatewayView {
  readonly name: string
  readonly sockets: number
  readonly connectedAt?: number
  readonly reportedAt?: number
  readonly report?: Readonly<Record<string, unknown>>
}

export function gatewayDirectory(env: Env): Directory {
  return env.GATEWAYS.getByName('gateways') as unknown as Directory
}

export function describeGateways(env: Env): Promise<GatewayView[]> {
  return callAgain(
    () => gatewayDirectory(env).describe(),
    'The object that knows the gateways did not answer: repeat the request.',
  )
}

/** A gateway that can't be told asks by itself within a minute. */
export async function gatewaysChanged(env: Env): Promise<void> {
  try {
    await gatewayDirectory(env).configurationChanged()
  } catch (error) {
    console.log(JSON.stringify({ event: 'gateways.untold', error: String(error) }))
  }
}
