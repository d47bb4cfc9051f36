import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { fail, root } from './bootstrap.mjs'

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
    plugins: [{ name: 'script', setup: (b) => b.onResolve({ filter: /\/script$/ }, () => ({ path })) }],
  }).catch((error) => fail(`the script ${script} does not build:\n${error.message}`))
  return outfile
}
