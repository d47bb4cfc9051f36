/** The calls that the API makes to the object that knows the gateways. */
interface Directory {
  configurationChanged(): Promise<void>
  report(name: string, report: Readonly<Record<string, unknown>>, nowMs: number): Promise<void>
  describe(): Promise<GatewayView[]>
  forget(name: string): Promise<boolean>
}

interface GatewayView {
  readonly name: string
  readonly sockets: number
  readonly connectedAt?: number
  readonly reportedAt?: number
  readonly report?: Readonly<Record<string, unknown>>
}

export function gatewayDirectory(env: Env): Directory {
  return env.GATEWAYS.getByName('gateways') as unknown as Directory
}

/** A gateway that can't be told asks by itself within a minute. */
export async function gatewaysChanged(env: Env): Promise<void> {
  try {
    await gatewayDirectory(env).configurationChanged()
  } catch (error) {
    console.log(JSON.stringify({ event: 'gateways.untold', error: String(error) }))
  }
}
