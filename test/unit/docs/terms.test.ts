import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'infra/README.md',
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

/** The sentences of a page without what is code: names there are those of the code. */
const sentences = (file: string) =>
  readFileSync(file, 'utf8')
    .replace(/```[\s\S]*?```/g, '')
    .replace(/`[^`\n]*`/g, '')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/\s+/g, ' ')
    .split(/(?<=[.;:|])\s/)

describe('J16 the words of the documentation', () => {
  it.each(pages)('%s says response, not reply, but for reply routes', (file) => {
    expect(
      sentences(file).filter(
        (sentence) =>
          /\brepl(?:y|ies|ied)\b/i.test(sentence) && !/\broutes?\b|each reply|every reply|Reply-To/i.test(sentence),
      ),
    ).toEqual([])
  })

  it.each(pages)('%s says method for INVITE and its like, and message for what is sent', (file) => {
    expect(
      sentences(file).filter((sentence) => /\bverbs?\b|\bSIP (?:command|packet|verb)s?\b/i.test(sentence)),
    ).toEqual([])
  })
})
