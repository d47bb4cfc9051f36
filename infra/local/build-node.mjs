import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './bootstrap.mjs'

/** A program as one file that needs Node 20 or newer and nothing else. Answers its path. */
export async function buildForNode(entryPoint, outFile) {
  // Built beside and moved, so that two commands at once never see half a file.
  const fresh = `${outFile}.${process.pid}`
  await build({
    entryPoints: [join(root, entryPoint)],
    outfile: fresh,
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
  renameSync(fresh, outFile)
  return outFile
}
