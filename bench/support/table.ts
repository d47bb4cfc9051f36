/** Prints a table whose columns fit: text to the left, the rest to the right. */
export function printTable(title: string, head: readonly string[], rows: ReadonlyArray<readonly string[]>): void {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')
  console.log(`\n${title}\n`)
  console.log(`| ${line(head)} |`)
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  for (const row of rows) console.log(`| ${line(row)} |`)
}
