import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const docs = join(dirname(fileURLToPath(import.meta.url)), '../../../docs')
const page = readFileSync(join(docs, 'conformance.md'), 'utf8')
const behaviours = [...page.matchAll(/^\| ([A-Z]\d\d) \|(.*)\| (holds|partly|later) \|(.*)\|$/gm)]

describe('docs/conformance.md', () => {
  it('names only files that exist', () => {
    const links = [...page.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, link]) => link ?? '')
    expect(links.length).toBeGreaterThan(50)
    expect(links.filter((link) => !existsSync(join(docs, link)))).toEqual([])
  })

  it('has a status for every behaviour it lists', () => {
    const listed = [...page.matchAll(/^\| [A-Z]\d\d \|/gm)]
    expect(behaviours).toHaveLength(listed.length)
    expect(listed.length).toBeGreaterThan(60)
  })

  it.each(
    behaviours.filter(([, , , status]) => status !== 'later').map(([, id, , , shown]) => [id ?? '', shown ?? '']),
  )('%s is shown by tests whose titles carry it', (id, shown) => {
    const files = [...shown.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, link]) => link ?? '')
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(readFileSync(join(docs, file), 'utf8'), file).toMatch(new RegExp(`\\b${id}\\b`))
  })
})
