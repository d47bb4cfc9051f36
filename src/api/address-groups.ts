import { z } from '@hono/zod-openapi'
import type { AddressGroup } from '../dispatcher/address-groups'
import { addressGroups as table } from '../store/schema'
import { Entry, entryFault, force, showEntry, toEntry, warningsOf } from './address-entry'
import { countryCode } from './dial-rules'
import { documentRoutes } from './document-routes'
import { domainName } from './fields'
import { MAX_ENTRIES } from './limits'

export const groupId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,32}$/, '1 to 32 letters, digits and hyphens')
  .openapi({ example: '200' })

const fields = {
  carrier: z.boolean().openapi({
    description: 'Calls from here need no digest, and may go to our own numbers only, never out again.',
  }),
  domain: domainName
    .optional()
    .openapi({ description: 'Whose subscribers have the numbers that are called from here.' }),
  country: countryCode.optional().openapi({
    type: 'string',
    description: 'Where the national numbers are from that are called and shown from here, ISO 3166.',
  }),
  entries: z.array(Entry).max(MAX_ENTRIES),
}

const Input = z
  .strictObject({
    ...fields,
    carrier: fields.carrier.default(false),
    force,
  })
  .superRefine(({ entries, force: isForced }, context) => {
    for (const [index, entry] of entries.entries()) {
      const fault = entryFault(entry, isForced)
      if (fault) context.addIssue({ code: 'custom', path: ['entries', index, fault.field], message: fault.detail })
    }
  })
  .openapi('NewAddressGroup')

export const AddressGroupView = z
  .object({
    id: z.string(),
    ...fields,
    warnings: z.array(z.string()).openapi({ description: 'What is allowed, and likely a mistake.' }),
  })
  .openapi('AddressGroup')

export const addressGroups = documentRoutes({
  table,
  path: '/address-groups',
  noun: 'address group',
  tag: 'Carriers',
  key: groupId,
  forGateways: true,
  input: Input,
  view: AddressGroupView,
  description:
    'Sources on the network, told by the packet that reached a gateway or by the socket, never by a header. The narrowest network counts.',
  store: (id, input) => {
    const { entries, force: _, ...group } = input as z.infer<typeof Input>
    return { id, ...group, entries: entries.map(toEntry) } as AddressGroup
  },
  show: showGroup,
})

export function showGroup(group: AddressGroup): z.infer<typeof AddressGroupView> {
  return {
    ...group,
    entries: group.entries.map(showEntry),
    warnings: warningsOf(group),
  }
}
