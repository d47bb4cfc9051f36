// `npm run deploy`: the types, the web pages, the remote migrations, then the Worker. A script that is wrong changes nothing.
import { bootstrap, fail } from './bootstrap.mjs'

await bootstrap(async () => {
  const { spawnSync } = await import('node:child_process')
  const { buildWeb } = await import('./build-web.mjs')
  const { checkTypes } = await import('./steps.mjs')
  if (!(await checkTypes())) fail('nothing was deployed: the version that runs stays.')
  await buildWeb()
  for (const args of [
    ['d1', 'migrations', 'apply', 'DB', '--remote'],
    ['deploy', ...process.argv.slice(2)],
  ]) {
    const { status } = spawnSync('wrangler', args, { stdio: 'inherit' })
    if (status !== 0) fail(`wrangler ${args.join(' ')} failed.`, status ?? 1)
  }
})
