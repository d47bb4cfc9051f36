// `npm start`: the demo under `wrangler dev`, which reloads when a source changes.
import { bootstrap, fail } from './bootstrap.mjs'

await bootstrap(async () => {
  const { readSettings } = await import('./settings.mjs')
  const settings = await readSettings()
  const { endTree, onStop } = await import('./processes.mjs')
  let wrangler
  let stopping = false
  const stop = async (status) => {
    if (stopping) return
    stopping = true
    if (wrangler?.pid) await endTree(wrangler.pid)
    process.exit(status)
  }
  onStop(() => stop(0))

  const [{ buildWeb, rebuildWebOnChange }, { applyMigrations }, { startWrangler }, { seedDemo }, { waitForHealth }] =
    await Promise.all([
      import('./build-web.mjs'),
      import('./runtime.mjs'),
      import('./wrangler-dev.mjs'),
      import('./seed.mjs'),
      import('./health.mjs'),
    ])
  await buildWeb()
  await applyMigrations(settings)
  onStop(() => stop(0))
  if (stopping) return

  wrangler = startWrangler(settings)
  let ended = false
  wrangler.on('exit', (code, signal) => {
    ended = true
    if (stopping) return
    wrangler.showLog()
    console.error(`strowger: wrangler dev ended by itself (${signal ?? `exit code ${code}`}).`)
    stop(1)
  })
  if (!(await waitForHealth(settings.url, () => ended || stopping))) {
    if (ended || stopping) return
    wrangler.showLog()
    console.error('strowger: the server does not answer GET /v1/health with 200.')
    return stop(1)
  }
  try {
    await seedDemo(settings)
  } catch (error) {
    if (stopping) return
    wrangler.showLog()
    console.error(`strowger: the demo cannot be seeded: ${error.message}`)
    return stop(1)
  }
  rebuildWebOnChange()
  console.log(whatToOpen(settings))
  wrangler.showLog()
}).catch((error) => fail(error.stack))

function whatToOpen({ url, adminTokenFile }) {
  return `
  Strowger is ready on ${url}

  Open two tabs and call:  ${url}/?user=1001
                           ${url}/?user=1002
  Calls, ladder by ladder: ${url}/calls
  REST API and its docs:   ${url}/v1/docs
  Admin token:             ${adminTokenFile ?? 'the one in ADMIN_TOKEN'}
  Stop:                    Ctrl-C
`
}
