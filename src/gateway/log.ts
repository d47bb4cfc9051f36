export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Writes one JSON object a line. */
export type Log = (level: LogLevel, event: string, details?: Readonly<Record<string, unknown>>) => void

export function logAt(least: LogLevel, write: (line: string) => void = (line) => process.stdout.write(line)): Log {
  const shown = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(least) + 1)
  return (level, event, details = {}) => {
    if (!shown.includes(level)) return
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...details })}\n`)
  }
}
