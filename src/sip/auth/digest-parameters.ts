import { unquote } from '../message/parameters'

/** The parameters of a Digest challenge or credentials: lower-case names, values as written, quotes included. */
export type DigestParameters = ReadonlyMap<string, string>

const SCHEME = /^Digest\s+/i
const PARAMETER = /\s*(?:([A-Za-z0-9\-.!%*_+`'~]+)\s*=\s*("(?:[^"\\]|\\[\s\S])*"|[^\s,"]+)\s*)?(?:,|$)/y

/** Reads `Digest name=value, ...`; undefined for another scheme, a syntax error or a name that comes twice. */
export function parseDigest(text: string): DigestParameters | undefined {
  const scheme = SCHEME.exec(text)
  if (!scheme) return undefined
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = scheme[0].length
  while (PARAMETER.lastIndex < text.length) {
    const match = PARAMETER.exec(text)
    if (!match) return undefined
    const name = match[1]?.toLowerCase()
    if (name === undefined) continue
    if (parameters.has(name)) return undefined
    parameters.set(name, match[2] ?? '')
  }
  return parameters
}

/** What a value means: quotes and escapes gone. For names that are looked up or compared. */
export function meaning(parameters: DigestParameters, name: string): string | undefined {
  const value = parameters.get(name)
  return value === undefined ? undefined : unquote(value)
}

/** The text between the quotes, escapes kept: what both sides put into the hash. */
export function verbatim(parameters: DigestParameters, name: string): string | undefined {
  const value = parameters.get(name)
  return value?.startsWith('"') ? value.slice(1, -1) : value
}
