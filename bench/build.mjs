import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../infra/local/bootstrap.mjs'
import { scriptAt } from '../infra/local/build-script.mjs'

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  sourcemap: true,
  logLevel: 'error',
  outdir: 'dist/bench',
}

/** One command of the benchmark, the load generator, and the Workers that it runs. */
export async function buildAll(name) {
  const node = { ...shared, platform: 'node', target: 'node24', outExtension: { '.js': '.mjs' } }
  const worker = {
    ...shared,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'import'],
    target: 'es2024',
    external: ['cloudflare:*', 'node:*'],
    minify: true,
  }
  if (name === 'parser') return build({ ...node, ...parsers, entryPoints: { parser: 'bench/parser.ts' } })
  const generator = 'bench/load/generator.ts'
  const workers = {
    run: relay,
    pair: relay,
    cost: metered,
    scale: metered,
    profile: () => build({ ...worker, entryPoints: { 'plain-worker': 'src/index.ts' }, minify: false }),
  }
  function relay() {
    return build({ ...worker, entryPoints: { relay: 'bench/peers/relay/worker.ts' } })
  }
  function metered() {
    const { SCRIPT } = process.env
    const plugins = [countParses, ...(SCRIPT ? [scriptAt(join(root, SCRIPT))] : [])]
    return build({ ...worker, entryPoints: { 'cost-worker': 'bench/cost/worker.ts' }, plugins })
  }
  await build({ ...node, entryPoints: { [name]: `bench/${name}.ts`, generator }, packages: 'external' })
  await workers[name]?.()
}

/** The clients' parsers are bundled: SIP.js has no entry of its own for it. */
const parsers = {
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
  external: ['sip', 'drachtio-sip'],
}

/** A parse is a cost that no platform interface shows, so it is counted where it begins. */
const countParses = {
  name: 'count-parses',
  setup(bundler) {
    bundler.onLoad({ filter: /src\/sip\/message\/parse\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const counted = source.replace(/^export function parse\([^)]*\)[^{]*\{/m, '$& globalThis.countParse?.();')
      if (counted === source) throw new Error(`no function parse in ${join(path)}`)
      return { contents: counted, loader: 'ts' }
    })
  },
}
