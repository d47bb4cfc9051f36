import { createRoute, z } from '@hono/zod-openapi'
import type { AddressEntry } from '../dispatcher/address-groups'
import { addressGroups as table } from '../store/schema'
import { Entry, entryFault, force, toEntry } from './address-entry'
import { AddressGroupView, groupId, showGroup } from './address-groups'
import { editDocument } from './document-edit'
import { gatewaysChanged } from './gateway-directory'
import { MAX_ENTRIES } from './limits'
import { Problem, problems } from './problem'
import { createRouter } from './router'

const Input = z.strictObject({ ...Entry.shape, force }).openapi('NewAddressEntry')
const key = groupId.openapi({ param: { name: 'key', in: 'path' } })
const index = z.coerce
  .number()
  .int()
  .min(0)
  .openapi({ param: { name: 'index', in: 'path' }, description: 'Its place in `entries`, from 0.', example: 0 })
const content = { 'application/json': { schema: AddressGroupView } }
const common = { tags: ['Carriers'] }

const add = createRoute({
  ...common,
  method: 'post',
  path: '/address-groups/{key}/entries',
  summary: 'Add an entry to an address group',
  description: '`kamctl address add`. The same network and port a second time is 409.',
  request: { params: z.object({ key }), body: { content: { 'application/json': { schema: Input } }, required: true } },
  responses: {
    201: { description: 'The group as it is now.', content },
    ...problems(400, 401, 404, 409, 413, 415, 503),
  },
})

const remove = createRoute({
  ...common,
  method: 'delete',
  path: '/address-groups/{key}/entries/{index}',
  summary: 'Remove an entry from an address group',
  description: 'The entries after it move up.',
  request: { params: z.object({ key, index }) },
  responses: { 200: { description: 'The group as it is now.', content }, ...problems(400, 401, 404, 503) },
})

/** One entry of an address group at a time. */
export const addressEntries = createRouter()
  .openapi(add, async (c) => {
    const { force: isForced, ...input } = c.req.valid('json')
    const fault = entryFault(input, isForced)
    if (fault) throw new Problem(400, `${fault.field}: ${fault.detail}`, { field: fault.field })
    const entry = toEntry(input)
    const group = await editDocument(c.env, groupOf(c.req.valid('param').key), (known) => {
      refuseTwin(known.entries, entry)
      if (known.entries.length >= MAX_ENTRIES)
        throw new Problem(409, `An address group has at most ${MAX_ENTRIES} entries.`)
      return { ...known, entries: [...known.entries, entry] }
    })
    await gatewaysChanged(c.env)
    return c.json(showGroup(group), 201)
  })
  .openapi(remove, async (c) => {
    const { key: id, index: gone } = c.req.valid('param')
    const group = await editDocument(c.env, groupOf(id), (known) => {
      if (gone >= known.entries.length)
        throw new Problem(404, `Address group ${id} has ${known.entries.length} entries.`, { field: 'index' })
      return { ...known, entries: known.entries.filter((_, i) => i !== gone) }
    })
    await gatewaysChanged(c.env)
    return c.json(showGroup(group), 200)
  })

function groupOf(id: string) {
  return { table, noun: 'address group', key: id } as const
}

function refuseTwin(known: readonly AddressEntry[], { cidr, port }: AddressEntry): void {
  if (known.some((entry) => entry.cidr === cidr && entry.port === port))
    throw new Problem(409, `${cidr} with port ${port} is in the group already.`, { field: 'ip' })
}
