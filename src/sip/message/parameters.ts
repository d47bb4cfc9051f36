import { nextSeparator, trimBlanks } from './headers'

/** `;name=value` as written: names keep their case, values keep their quotes. */
export interface Parameter {
  readonly name: string
  readonly value?: string
}

/** Reads `;a=b;c` (leading semicolon included). Undefined when a parameter is empty or malformed. */
export function parseParameters(text: string): Parameter[] | undefined {
  const parameters: Parameter[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    if (text[at] !== ';') return undefined
    const next = nextSeparator(text, at + 1, ';')
    const end = next < 0 ? text.length : next
    const parameter = parseParameter(text.slice(at + 1, end))
    if (!parameter) return undefined
    parameters.push(parameter)
    at = end
  }
  return parameters
}

function parseParameter(text: string): Parameter | undefined {
  const equals = text.indexOf('=')
  const name = trimBlanks(equals < 0 ? text : text.slice(0, equals))
  if (name === '' || /[\s",<>@]/.test(name)) return undefined
  if (equals < 0) return { name }
  const value = trimBlanks(text.slice(equals + 1))
  const wellFormed = value.startsWith('"') ? /^"(?:[^"\\]|\\[\s\S])*"$/.test(value) : !/[\s"<>,]/.test(value)
  return wellFormed ? { name, value } : undefined
}

/** A parameter's value without quotes; `''` for a parameter without value, undefined when absent. Names ignore case. */
export function parameter(parameters: readonly Parameter[], name: string): string | undefined {
  const found = parameters.find((p) => p.name.toLowerCase() === name)
  return found && unquote(found.value ?? '')
}

export function hasParameter(parameters: readonly Parameter[], name: string): boolean {
  return parameters.some((p) => p.name.toLowerCase() === name)
}

export function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\([\s\S])/g, '$1') : text
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

export function formatParameters(parameters: readonly Parameter[]): string {
  return parameters.map((p) => (p.value === undefined ? `;${p.name}` : `;${p.name}=${p.value}`)).join('')
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}
