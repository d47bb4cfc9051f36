// `npm run serve`: the built bundle in workerd, as an on-premises deployment or a benchmark runs it.
import { bootstrap, fail } from './bootstrap.mjs'

await bootstrap(async () => {
  const { readSettings } = await import('./settings.mjs')
  const settings = await readSettings()
  let instance
  const { onStop } = await import('./processes.mjs')
  const stop = async () => {
    if (instance) await instance.dispose()
    process.exit(0)
  }
  onStop(stop)

  const [{ buildWeb }, { buildWorker }, { applyMigrations, runWorker }] = await Promise.all([
    import('./build-web.mjs'),
    import('./build-worker.mjs'),
    import('./runtime.mjs'),
  ])
  await buildWeb()
  const { SCRIPT } = process.env
  const bundle = SCRIPT ? await (await import('./build-script.mjs')).buildWithScript(SCRIPT) : buildWorker()
  await applyMigrations(settings)
  instance = runWorker(settings, bundle)
  onStop(stop)
  await instance.ready

  const { waitForHealth } = await import('./health.mjs')
  if (!(await waitForHealth(settings.url))) fail('the server does not answer GET /v1/health with 200.')
  if (process.env.SEED === 'demo') {
    const { seedDemo } = await import('./seed.mjs')
    await seedDemo(settings)
  }
  console.log(`Strowger is ready on ${settings.url}`)
})
