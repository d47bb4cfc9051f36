/** What a deployment is set to in `wrangler.toml`, for all of its domains. */
export interface DeploymentSettings {
  /** `ANTI_FLOOD`: whether the `antiFlood()` of the default script does anything. */
  readonly antiFlood: boolean
  /** `REDIRECTIONS`: what a 3xx of a target means where a relay does not say. */
  readonly redirections: 'relay' | 'recurse' | 'block'
  /** `CALLS_KEPT`: what can be looked at later of a call. */
  readonly callsKept: 'ladders' | 'records' | 'off'
}

/** The values that a setting may have; the first is what holds without it. */
const VALUES = {
  SOCKETS_PER_OBJECT: ['one', 'many'],
  ANTI_FLOOD: ['off', 'on'],
  REDIRECTIONS: ['relay', 'recurse', 'block'],
  CALLS_KEPT: ['ladders', 'records', 'off'],
} as const

type Variables = { readonly [Name in keyof typeof VALUES]?: string }

export function deploymentSettings({ ANTI_FLOOD, REDIRECTIONS, CALLS_KEPT }: Variables): DeploymentSettings {
  const redirections = VALUES.REDIRECTIONS.find((value) => value === REDIRECTIONS) ?? 'relay'
  const callsKept = VALUES.CALLS_KEPT.find((value) => value === CALLS_KEPT) ?? 'ladders'
  return { antiFlood: ANTI_FLOOD === 'on', redirections, callsKept }
}

/** The first setting that has a value it may not have, in words: nobody gets in before it is mended. */
export function wrongSetting(variables: Variables): string | undefined {
  for (const [name, values] of Object.entries(VALUES)) {
    const value = variables[name as keyof Variables]
    if (value === undefined || (values as readonly string[]).includes(value)) continue
    const allowed = values.map((one) => `"${one}"`)
    return `${name} is "${value}": it must be ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}.`
  }
  return undefined
}
