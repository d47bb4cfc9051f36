import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './bootstrap.mjs'

/** The gateway as one file that needs Node 20 or newer and nothing else. Answers its path. */
export async function buildGateway(outFile = join(root, 'dist/gateway/gateway.mjs')) {
  await build({
    entryPoints: [join(root, 'src/gateway/main.ts')],
    outfile: outFile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    // Packages that are CommonJS ask for Node's own modules with `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // Optional parts of `ws`, in machine code: it works without them.
    external: ['bufferutil', 'utf-8-validate'],
  })
  return outFile
}
