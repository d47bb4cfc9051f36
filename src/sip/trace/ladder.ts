import { type Arrow, arrowsOf, type End, endsOf, nameOf } from './arrows'
import type { TraceEntry } from './entry'

/** Characters from one life line to the next. */
const COLUMN = 30
const TIME = 14

/** The ladder of a call as text, for a terminal: a column for the caller, us and each phone or carrier that was tried. */
export function ladderText(entries: readonly TraceEntry[], caller: string): string {
  const ends = endsOf(entries)
  const heads = ends.map((end) => clip(nameOf(end, entries, caller)).padEnd(COLUMN)).join('')
  const lines = arrowsOf(entries).map((arrow) => `${timeOf(arrow.at)}  ${lineOf(arrow, ends)}`)
  return [`${' '.repeat(TIME)}${heads}`.trimEnd(), ...lines, ''].join('\n')
}

function lineOf({ from, to, summary, failed }: Arrow, ends: readonly End[]): string {
  const [a, b] = [ends.indexOf(from), ends.indexOf(to)]
  const [left, right] = a < b ? [a, b] : [b, a]
  const label = `${summary.title}${summary.hasDescription ? ' (SDP)' : ''}${failed === undefined ? '' : ` ✗ ${failed}`}`
  const line = ends.map(() => '|'.padEnd(COLUMN)).join('')
  const before = line.slice(0, left * COLUMN + 1)
  const after = line.slice(right * COLUMN)
  return `${before}${shaft((right - left) * COLUMN - 1, label, a < b)}${after}`.trimEnd()
}

/** `--- INVITE (SDP) --->` */
function shaft(width: number, label: string, toTheRight: boolean): string {
  const text = ` ${label.slice(0, width - 6)} `
  const rest = width - text.length - 1
  const [before, after] = ['-'.repeat(Math.floor(rest / 2)), '-'.repeat(Math.ceil(rest / 2))]
  return toTheRight ? `${before}${text}${after}>` : `<${before}${text}${after}`
}

function clip(name: string): string {
  return name.length < COLUMN ? name : `${name.slice(0, COLUMN - 3)}..`
}

/** `20:49:10.123`, UTC. */
function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 23)
}
