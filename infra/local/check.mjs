// `npm run check`: format, lint, types and the unit tests, for use before every commit.
import { bootstrap } from './bootstrap.mjs'

await bootstrap(async () => {
  const { checkSources, runTests } = await import('./steps.mjs')
  const failed = await checkSources()
  const tests = await runTests(['unit'])
  process.exit(failed + tests.failed === 0 ? 0 : 1)
})
