import { openDatabase } from '../store/database'
import { changeDocument, type DocumentTable } from '../store/documents'
import { Problem } from './problem'

/** Changes a part of a configuration document. `change` throws a Problem when it can't be. */
export async function editDocument<T extends DocumentTable>(
  env: Env,
  { table, noun, key }: { readonly table: T; readonly noun: string; readonly key: string },
  change: (body: T['$inferSelect']['body']) => T['$inferSelect']['body'] | Promise<T['$inferSelect']['body']>,
): Promise<T['$inferSelect']['body']> {
  const changed = await changeDocument(openDatabase(env.DB), table, key, change, Date.now())
  if (changed === 'absent') throw absentDocument(noun, key)
  if (changed === 'contended')
    throw new Problem(503, `The ${noun} ${key} is being changed by others: repeat the request.`)
  return changed
}

export function absentDocument(noun: string, key: string): Problem {
  return new Problem(404, `There is no ${noun} ${key}.`, { field: 'key' })
}

/** What a change takes away. */
export function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}
