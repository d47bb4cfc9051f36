import { z } from '@hono/zod-openapi'
import { type Alias, MAX_ALIAS_DEPTH } from '../dispatcher/names'
import { openDatabase } from '../store/database'
import { findDocument } from '../store/documents'
import { aliases as table } from '../store/schema'
import { documentRoutes } from './document-routes'
import { aorText } from './fields'
import { Problem } from './problem'

const to = aorText.openapi({ description: 'Whose phones ring.', example: '1001@example.test' })
const Input = z.strictObject({ to }).openapi('NewAlias')
const View = z.object({ alias: z.string(), to: z.string() }).openapi('Alias')

export const aliases = documentRoutes({
  table,
  path: '/aliases',
  noun: 'alias',
  tag: 'Subscribers',
  key: aorText,
  input: Input,
  view: View,
  description:
    'Another name of an address-of-record: a number (as the carrier calls it, with or without its plus) or a department. It ' +
    `may lead to another alias, at most ${MAX_ALIAS_DEPTH} in a row. An address that has phones or is a subscriber is never taken for an alias.`,
  store: async (alias, input, env): Promise<Alias> => {
    const { to: target } = input as z.infer<typeof Input>
    await refuseCircle(alias, target, env)
    return { alias, to: target }
  },
  show: ({ alias, to: target }) => ({ alias, to: target }),
})

async function refuseCircle(alias: string, target: string, env: Env): Promise<void> {
  let next: string | undefined = target
  for (let depth = 1; next !== undefined; depth++) {
    if (next === alias) throw new Problem(409, `${alias} would lead back to itself.`, { field: 'to' })
    if (depth > MAX_ALIAS_DEPTH)
      throw new Problem(409, `At most ${MAX_ALIAS_DEPTH} aliases may lead to one another.`, { field: 'to' })
    next = (await findDocument(openDatabase(env.DB), table, next))?.body.to
  }
}
