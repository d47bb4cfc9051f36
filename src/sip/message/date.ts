/** RFC 3261 §20.17: `Sat, 13 Nov 2010 23:29:00 GMT`. */
export function httpDate(nowMs: number): string {
  return new Date(nowMs).toUTCString()
}
