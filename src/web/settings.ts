/** What the address of the page says about this phone. */
export type Settings = {
  user: string
  password: string
  domain: string
  /** WebSocket URL of the server. */
  server: string
  /** No ring tones: for tests and for people in open-plan offices. */
  quiet: boolean
}

export const demoDomain = 'strowger.test'
export const demoUsers = ['1001', '1002', '1003']

/** `?user=1001` is enough: everything else has the value of the seeded demo. Nothing without a user. */
export function settingsFrom(query: string, page: { protocol: string; host: string }): Settings | undefined {
  const parameters = new URLSearchParams(query)
  const user = parameters.get('user')?.trim()
  if (!user) return undefined
  return {
    user,
    password: parameters.get('password') ?? `demo-${user}`,
    domain: parameters.get('domain') || demoDomain,
    server: parameters.get('server') || `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}/ws`,
    quiet: isOn(parameters.get('quiet')),
  }
}

function isOn(value: string | null): boolean {
  return value !== null && value !== '0' && value !== 'false'
}
