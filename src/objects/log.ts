/** One JSON line, which Workers Logs indexes by field. */
export function log(event: string, details: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ event, ...details }))
}
