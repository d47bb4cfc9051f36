import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Product, startProduct } from '../support/product'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product?.stop())

interface Example {
  readonly method: string
  readonly path: string
  readonly body?: string
}

/** The calls of the function `api` in the shell blocks of a document. */
function examplesOf(document: string): Example[] {
  const blocks = readFileSync(document, 'utf8').matchAll(/```sh\n(.*?)```/gs)
  return [...blocks].flatMap(([, block = '']) =>
    [...block.matchAll(/^api ([A-Z]+) (\S+)(?: '([^']*)')?/gm)].map(([, method = '', path = '', body]) => ({
      method,
      path,
      ...(body === undefined ? {} : { body }),
    })),
  )
}

describe('T04 docs/carriers.md', () => {
  it('has examples that work, one after the other', async () => {
    const examples = examplesOf('docs/carriers.md')
    expect(examples.length).toBeGreaterThan(12)
    for (const { method, path, body } of examples) {
      const response = await fetch(`${product.url}/v1/${path}`, {
        method,
        headers: { Authorization: `Bearer ${product.adminToken}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      })
      expect(response.ok, `${method} ${path}: ${await response.text()}`).toBe(true)
    }
  })
})
