import { z } from '@hono/zod-openapi'
import type { AddressGroup } from '../dispatcher/address-groups'
import { readNetwork, WIDEST_CARRIER_PREFIX } from '../store/address-match'
import { addressGroups as table } from '../store/schema'
import { documentRoutes } from './document-routes'
import { domainName } from './fields'
import { MAX_ENTRIES, MAX_TAG } from './limits'

const Entry = z
  .strictObject({
    ip: z.string().openapi({ description: 'IPv4 or IPv6 address.', example: '192.0.2.10' }),
    mask: z
      .int()
      .min(0)
      .max(128)
      .optional()
      .openapi({ description: 'Bits of the network; all when absent.', example: 32 }),
    port: z.int().min(0).max(65_535).default(0).openapi({ description: 'Source port; 0: any.' }),
    tag: z.string().max(MAX_TAG).optional().openapi({ description: 'Goes to the script and to the log.' }),
  })
  .openapi('AddressEntry')

const fields = {
  carrier: z.boolean().openapi({
    description: 'Calls from here need no digest, and may go to our own numbers only, never out again.',
  }),
  domain: domainName
    .optional()
    .openapi({ description: 'Whose subscribers have the numbers that are called from here.' }),
  entries: z.array(Entry).max(MAX_ENTRIES),
}

const Input = z
  .strictObject({
    ...fields,
    carrier: fields.carrier.default(false),
    force: z.boolean().default(false).openapi({ description: 'Accept a network of all addresses (mask 0).' }),
  })
  .superRefine(({ entries, force }, context) => {
    for (const [index, { ip, mask }] of entries.entries()) {
      const network = readNetwork(mask === undefined ? ip : `${ip}/${mask}`)
      const path = ['entries', index, network || !readNetwork(ip) ? 'ip' : 'mask']
      if (!readNetwork(ip)) context.addIssue({ code: 'custom', path, message: 'is no IPv4 or IPv6 address' })
      else if (!network) context.addIssue({ code: 'custom', path, message: 'is longer than the address' })
      else if (network.bits === 0 && !force)
        context.addIssue({ code: 'custom', path: ['entries', index, 'mask'], message: '0 is everybody: needs force' })
    }
  })
  .openapi('NewAddressGroup')

const View = z
  .object({
    id: z.string(),
    ...fields,
    warnings: z.array(z.string()).openapi({ description: 'What is allowed, and likely a mistake.' }),
  })
  .openapi('AddressGroup')

export const addressGroups = documentRoutes<AddressGroup, z.infer<typeof View>>({
  table,
  path: '/address-groups',
  noun: 'address group',
  tag: 'Carriers',
  key: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,32}$/, '1 to 32 letters, digits and hyphens')
    .openapi({ example: '200' }),
  input: Input,
  view: View,
  description:
    'Sources on the network, told by the packet that reached a gateway or by the socket, never by a header. The narrowest network counts.',
  store: (id, input) => {
    const { carrier, domain, entries } = input as z.infer<typeof Input>
    return {
      id,
      carrier,
      ...(domain === undefined ? {} : { domain }),
      entries: entries.map(({ ip, mask, port, tag }) => {
        const network = readNetwork(mask === undefined ? ip : `${ip}/${mask}`)
        if (!network) throw new Error('was checked before')
        return { cidr: `${network.address}/${network.bits}`, port, ...(tag === undefined ? {} : { tag }) }
      }),
    }
  },
  show: ({ id, carrier, domain, entries }) => ({
    id,
    carrier,
    ...(domain === undefined ? {} : { domain }),
    entries: entries.map(({ cidr, port, tag }) => {
      const [ip = '', mask = ''] = cidr.split('/')
      return { ip, mask: Number(mask), port, ...(tag === undefined ? {} : { tag }) }
    }),
    warnings: carrier ? entries.flatMap(({ cidr }) => warningOf(cidr)) : [],
  }),
})

/** Who trusts so many addresses makes the passwords of all phones behind them pointless. */
function warningOf(cidr: string): string[] {
  const network = readNetwork(cidr)
  const isWide = network?.address.kind() === 'ipv4' && network.bits < WIDEST_CARRIER_PREFIX
  return isWide ? [`${cidr} is wider than /${WIDEST_CARRIER_PREFIX}: everybody in it calls without a password`] : []
}
