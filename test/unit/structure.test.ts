import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Import, importsOf, violations, zoneOf, zones } from '../setup/zones'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
  .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name)))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

describe('the import zones', () => {
  it('give every source file a zone', () => {
    expect(sources.filter((file) => zoneOf(file) === undefined)).toEqual([])
    expect(sources.length).toBeGreaterThan(10)
  })

  it('hold for every source file', () => {
    expect(sources.flatMap((file) => violations(file, read(file)))).toEqual([])
  })

  it('G02 W11 no SQL is put together from text: values are bound, always', () => {
    const built = /\bsql\.raw\b|\.prepare\(|\bsql\.exec\(\s*(?:[^\s'"`]|`[^`]*\$\{)/
    expect(sources.filter((file) => /^src\/(?:store|api|objects)\//.test(file) && built.test(read(file)))).toEqual([])
  })

  it('read every form of import', () => {
    const text = `import a, {\n  b,\n} from './a'\nimport type { C } from "../c"\nexport * from './d'\nimport './e'\nawait import('./f')\n// import './g'\n`
    expect(importsOf(text)).toEqual<Import[]>([
      { specifier: './a', typeOnly: false },
      { specifier: '../c', typeOnly: true },
      { specifier: './d', typeOnly: false },
      { specifier: './e', typeOnly: false },
      { specifier: './f', typeOnly: false },
    ])
  })
})

describe.each(Object.entries(zones))('zone %s', (name, zone) => {
  const inZone = zone.file ?? `src/${name}/some/file.ts`
  const up = zone.file ? './' : '../../'
  const others = Object.keys(zones).filter((other) => other !== name)

  it('may import what the table allows and no other zone', () => {
    for (const other of others) {
      const found = violations(inZone, `import { x } from '${up}${other}/y'`)
      expect(found.length, `${name} -> ${other}`).toBe(zone.imports.includes(other) ? 0 : 1)
    }
  })

  it('may import only the packages that the table allows', () => {
    expect(violations(inZone, `import 'left-pad'`)).toHaveLength(
      zone.packages.some((allowed) => allowed.test('left-pad')) ? 0 : 1,
    )
    for (const module of ['node:fs', 'cloudflare:workers']) {
      const allowed = zone.packages.some((pattern) => pattern.test(module))
      expect(violations(inZone, `import { x } from '${module}'`)).toHaveLength(allowed ? 0 : 1)
    }
  })
})

describe.each(Object.entries(zones).filter(([, zone]) => zone.pure))('pure zone %s', (name) => {
  const inZone = `src/${name}/some/file.ts`

  it('has no clock, no chance and no I/O', () => {
    const impure = [
      'Date.now()',
      'new Date()',
      'Math.random()',
      'crypto.randomUUID()',
      'fetch(url)',
      'performance.now()',
    ]
    impure.push(
      'setTimeout(f)',
      'setInterval(f)',
      'queueMicrotask(f)',
      'console.log(1)',
      'process.env',
      'Buffer.from(x)',
    )
    impure.push('new WebSocket(url)')
    for (const code of impure) expect(violations(inZone, `const x = ${code}`), code).toHaveLength(1)
    for (const code of ['new Date(atMs)', 'options.crypto', "'fetch(url)'", 'refetch(1)', '1 // console.log'])
      expect(violations(inZone, `const x = ${code}`), code).toEqual([])
  })
})
