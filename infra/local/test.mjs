// `npm test`: everything. The last line of the output is the count.
import { bootstrap } from './bootstrap.mjs'

await bootstrap(async () => {
  const { checkSources, runTests } = await import('./steps.mjs')
  const { findChromium } = await import('./chromium.mjs')
  const browser = findChromium()
  const total = { passed: 0, failed: await checkSources(), skipped: 0 }
  const add = (counts) => {
    for (const key of Object.keys(total)) total[key] += counts[key]
  }
  add(await runTests(['unit', 'workers']))
  add(await runTests(['gateway']))
  add(await runTests(['peers']))
  add(await runTests(['system']))
  if (browser) add(await runTests(['browser'], { CHROMIUM: browser }))
  else {
    const mustHave = process.env.CI === 'true'
    box(
      `BROWSER TESTS ${mustHave ? 'FAILED' : 'SKIPPED'}: no Chromium found. Install chromium, or set CHROMIUM to its path.`,
    )
    add({ passed: 0, failed: mustHave ? 1 : 0, skipped: mustHave ? 0 : 1 })
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  process.exitCode = total.failed === 0 ? 0 : 1
})

function box(text) {
  const rule = '═'.repeat(text.length + 2)
  console.log(`\n╔${rule}╗\n║ ${text} ║\n╚${rule}╝\n`)
}
