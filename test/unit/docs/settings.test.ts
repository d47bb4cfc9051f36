import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const toml = readFileSync('wrangler.toml', 'utf8')
const readme = readFileSync('README.md', 'utf8')
const settings = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Deploy'))

const vars = [...(/^\[vars\]$([\s\S]*?)^\[/m.exec(toml)?.[1] ?? '').matchAll(/^(\w+) =/gm)].map(([, name = '']) => name)
const secrets = [
  ...[...toml.matchAll(/^required = \[(.*)\]$/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []),
  ...[...readFileSync('src/env.d.ts', 'utf8').matchAll(/readonly (\w+)\?: string/g)].map(([, name = '']) => name),
].filter((name) => !vars.includes(name))

describe('the settings of the Worker', () => {
  it('R06 are in one file, secrets aside, and all of them in the README', () => {
    expect(vars.length).toBeGreaterThan(2)
    expect(secrets).toEqual(expect.arrayContaining(['ADMIN_TOKEN', 'TOKEN_SECRET', 'GATEWAY_TOKEN', 'SECRETS_KEY']))
    expect([...vars, ...secrets].filter((name) => !settings.includes(`\`${name}\``))).toEqual([])
  })

  it('W09 no secret has a value in it, and no database has a password at all', () => {
    for (const secret of secrets) expect(toml).not.toMatch(new RegExp(`^\\s*${secret}\\s*=`, 'm'))
    expect(toml).not.toMatch(/password|:\/\/\w+:[^\s"]+@/i)
  })
})
