import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../setup/command'

/** A copy of the sources, to make mistakes in. */
let copy: string
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'strowger-deploy-'))
  for (const name of ['src', 'examples', 'test', 'infra', 'migrations'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  for (const name of [
    'package.json',
    'package-lock.json',
    'wrangler.toml',
    'tsconfig.json',
    'tsconfig.base.json',
    'worker-configuration.d.ts',
  ])
    cpSync(join(root, name), join(copy, name))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('npm run deploy', () => {
  it('A18 A19 of a script that is wrong names file and line, and sends nothing', () => {
    const script = join(copy, 'src/script.ts')
    const line = readFileSync(script, 'utf8').trimEnd().split('\n').length + 1
    appendFileSync(script, "sip.invite((c) => c.relay([], { onFailure: 'voicemail' }))\n")
    const { status, stdout, stderr } = spawnSync(process.execPath, ['infra/local/deploy.mjs'], {
      cwd: copy,
      encoding: 'utf8',
      // Whoever did send something would have to say to whom.
      env: { ...process.env, CLOUDFLARE_API_TOKEN: '', WRANGLER_LOG: 'error' },
    })
    expect(status).not.toBe(0)
    expect(stdout).toMatch(new RegExp(`src/script\\.ts\\(${line},\\d+\\): error TS`))
    expect(stderr.trim()).toBe('strowger: nothing was deployed: the version that runs stays.')
  })
})
