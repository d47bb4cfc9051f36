import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { fail, root } from './bootstrap.mjs'

/** Puts another routing script in place of `src/script.ts`. */
export function scriptAt(path) {
  return { name: 'script', setup: (bundler) => bundler.onResolve({ filter: /\/script$/ }, () => ({ path })) }
}

/** The Worker with another routing script in place of `src/script.ts`: for trying one. Answers the path of the bundle. */
export async function buildWithScript(script, outDir = join(root, 'dist/scripts')) {
  const path = resolve(root, script)
  if (!existsSync(path)) fail(`SCRIPT ${script} is not there.`)
  const outfile = join(outDir, `${basename(path, '.ts')}.js`)
  await build({
    entryPoints: [join(root, 'src/index.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2024',
    logLevel: 'error',
    external: ['cloudflare:*', 'node:*'],
    plugins: [scriptAt(path)],
  }).catch((error) => fail(`the script ${script} does not build:\n${error.message}`))
  return outfile
}
