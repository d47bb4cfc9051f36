export interface Column<T> {
  readonly title: string
  of(item: T): string | number | undefined
  /** Numbers stand under one another. */
  readonly right?: true
  /** What is cut first where a terminal is too narrow. */
  readonly shrinks?: true
}

const GAP = '  '
/** A column that is cut keeps so many characters. */
const NARROWEST = 8

/**
 * Rows under one another, a line each, without a line end at the end. `width`: of the terminal; where it is not known nothing is
 * cut. `none`: what is said when there are no rows.
 */
export function table<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  { width, none }: { readonly width: number | undefined; readonly none: string },
): string {
  if (items.length === 0) return none
  const cells = items.map((item) => columns.map(({ of }) => printable(String(of(item) ?? '-'))))
  const rows = [columns.map(({ title }) => title), ...cells]
  const widths = fitted(
    columns,
    columns.map((_, i) => Math.max(...rows.map((row) => lengthOf(row[i] ?? '')))),
    width,
  )
  return rows
    .map((row) =>
      row
        .map((text, i) => padded(cut(text, widths[i] ?? 0), widths[i] ?? 0, columns[i]?.right === true))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n')
}

/** Names and values, the values under one another; what has no value is left out. */
export function fields(
  pairs: ReadonlyArray<readonly [name: string, value: string | number | boolean | undefined]>,
): string {
  const known = pairs.filter(([, value]) => value !== undefined)
  const widest = Math.max(0, ...known.map(([name]) => name.length))
  return known
    .map(([name, value]) => {
      const [first = '', ...rest] = String(value).split('\n').map(printable)
      return [
        `${name.padEnd(widest)}${GAP}${first}`,
        ...rest.map((line) => ' '.repeat(widest + GAP.length) + line),
      ].join('\n')
    })
    .join('\n')
}

/** A time of the API for people: `2026-11-28 21:19:19Z`. */
export function when(time: string | undefined): string | undefined {
  return time?.replace('T', ' ').replace(/\.\d+(?=Z$)/, '')
}

/** What others have written (a phone its name, a caller his) must not command a terminal, nor turn a line around. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Takes from the columns that may shrink, the widest first. */
function fitted<T>(columns: readonly Column<T>[], wanted: readonly number[], width: number | undefined): number[] {
  const widths = [...wanted]
  let over = width === undefined ? 0 : widths.reduce((sum, w) => sum + w, GAP.length * (widths.length - 1)) - width
  while (over > 0) {
    const candidates = widths.flatMap((w, i) => (columns[i]?.shrinks && w > NARROWEST ? [i] : []))
    const widest = candidates.reduce<number | undefined>(
      (best, i) => (best === undefined || (widths[i] ?? 0) > (widths[best] ?? 0) ? i : best),
      undefined,
    )
    if (widest === undefined) break
    widths[widest] = (widths[widest] ?? 0) - 1
    over -= 1
  }
  return widths
}

function cut(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`
}

function padded(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return right ? blanks + text : text + blanks
}

function lengthOf(text: string): number {
  return [...text].length
}
