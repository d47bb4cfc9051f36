import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, root } from './bootstrap.mjs'

const bundleOf = (folder) => join(folder, 'index.js')

/** The bundle that `wrangler deploy` would send, made again only when a source changed. Answers its path. */
export function buildWorker(outDir = join(root, 'dist/worker')) {
  const stamp = join(outDir, 'sources')
  const sources = hashOfSources()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return bundleOf(outDir)
  // Built beside and moved, so that two commands at once never see half a bundle.
  const fresh = `${outDir}.${process.pid}`
  const { status, stdout, stderr } = spawnSync('wrangler', ['deploy', '--dry-run', '--outdir', fresh], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...offline },
  })
  if (status !== 0) fail(`the Worker does not build:\n${stdout}${stderr}`)
  writeFileSync(join(fresh, 'sources'), sources)
  rmSync(outDir, { recursive: true, force: true })
  renameSync(fresh, outDir)
  return bundleOf(outDir)
}

/** Wrangler must neither ask questions, nor report usage, nor fetch anything. */
export const offline = {
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

function hashOfSources() {
  const hash = createHash('sha256')
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of [...files.sort(), join(root, 'wrangler.toml'), join(root, 'package-lock.json')]) {
    hash.update(file).update('\0').update(readFileSync(file))
  }
  return hash.digest('hex')
}
