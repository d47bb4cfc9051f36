import { cpSync, existsSync, mkdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './bootstrap.mjs'

/** The web pages: static files as they are, and the script of each page. */
export async function buildWeb(outDir = join(root, 'dist/web')) {
  const web = join(root, 'src/web')
  mkdirSync(outDir, { recursive: true })
  if (existsSync(join(web, 'static'))) cpSync(join(web, 'static'), outDir, { recursive: true })
  await build({
    entryPoints: { phone: join(web, 'phone.ts'), console: join(web, 'console/main.ts') },
    outdir: outDir,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  })
}

/** Builds the pages again whenever one of their sources changes. */
export function rebuildWebOnChange() {
  let timer
  watch(join(root, 'src/web'), { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => buildWeb().catch((error) => console.error(error.message)), 100)
  })
}
