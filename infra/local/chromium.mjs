import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macs = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The browser of the browser tests: the one in CHROMIUM, else the first that the machine has. */
export function findChromium(env = process.env) {
  if (env.CHROMIUM) return runnable(env.CHROMIUM) ? env.CHROMIUM : undefined
  const folders = (env.PATH ?? '').split(delimiter)
  const candidates = names.flatMap((name) => ['/usr/bin', '/snap/bin', ...folders].map((folder) => join(folder, name)))
  return [...candidates, ...macs].find(runnable)
}

function runnable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
