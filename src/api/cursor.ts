import { z } from '@hono/zod-openapi'
import type { Page } from '../store/page'
import { DEFAULT_PAGE, MAX_PAGE } from './limits'

/** The key of the last item seen, opaque to clients. Keys are ASCII. */
export function encodeCursor(key: readonly string[]): string {
  return btoa(JSON.stringify(key)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function decodeCursor(cursor: string): string[] | undefined {
  try {
    const key: unknown = JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')))
    return Array.isArray(key) && key.every((part) => typeof part === 'string') ? key : undefined
  } catch {
    return undefined
  }
}

/** The query of a list whose key has so many parts. */
export function pageQuery(keyParts: number) {
  return z.strictObject({
    limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE).openapi({
      description: 'Most items in the answer.',
    }),
    cursor: z
      .string()
      .transform((text, context) => {
        const key = decodeCursor(text)
        if (key?.length === keyParts) return key
        context.addIssue({ code: 'custom', message: 'is not a nextCursor of this list' })
        return z.NEVER
      })
      .optional()
      .openapi({ type: 'string', description: 'The `nextCursor` of the page before; none for the first page.' }),
  })
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().optional().openapi({ description: 'Present when there are more items.' }),
  })
}

/** Asks for one item more than the page has, to know whether another page follows. */
export async function readPage<Row, Key>(
  list: (page: Page<Key>) => Promise<Row[]>,
  page: Page<Key>,
  keyOf: (row: Row) => string[],
): Promise<{ rows: Row[]; nextCursor?: string }> {
  const found = await list({ ...page, limit: page.limit + 1 })
  const rows = found.slice(0, page.limit)
  const last = rows.at(-1)
  return found.length > rows.length && last ? { rows, nextCursor: encodeCursor(keyOf(last)) } : { rows }
}
