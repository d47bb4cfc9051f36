import { Gateway } from './gateway'
import { serveHttp } from './http'
import { logAt } from './log'
import { HELP, readSettings, type Settings } from './settings'

await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(HELP)
  const unknown = args.find((arg) => arg !== '--check')
  if (unknown !== undefined) return fail(`unknown argument ${unknown}: try --help`)
  const settings = settingsOf()
  if (!settings) return
  if (args.includes('--check')) return void process.stdout.write('The settings are good.\n')
  const log = logAt(settings.logLevel)
  const gateway = new Gateway(settings, { log })
  try {
    await gateway.start()
    if (settings.http) await serveHttp(gateway, settings.http)
  } catch (error) {
    fail((error as Error).message)
    process.exit()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log('info', 'gateway.stopping', { signal })
      void gateway.stop().finally(() => process.exit(0))
    })
  }
}

function settingsOf(): Settings | undefined {
  try {
    return readSettings(process.env)
  } catch (error) {
    fail((error as Error).message)
    return undefined
  }
}

/** One line, and a status that says that nothing runs. */
function fail(complaint: string): void {
  process.stderr.write(`strowger gateway: ${complaint}\n`)
  process.exitCode = 1
}
