import { z } from '@hono/zod-openapi'
import type { AddressEntry, AddressGroup } from '../dispatcher/address-groups'
import { type Network, readNetwork, WIDEST_CARRIER_PREFIX } from '../store/address-match'
import { MAX_TAG } from './limits'

/** An entry of an address group as the API takes and shows it. */
export const Entry = z
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

export const force = z.boolean().default(false).openapi({ description: 'Accept a network of all addresses (mask 0).' })

type EntryInput = z.infer<typeof Entry>

/** What is wrong with an entry; undefined when nothing is. */
export function entryFault(
  { ip, mask }: Pick<EntryInput, 'ip' | 'mask'>,
  isForced: boolean,
): { readonly field: 'ip' | 'mask'; readonly detail: string } | undefined {
  if (!readNetwork(ip)) return { field: 'ip', detail: 'is no IPv4 or IPv6 address' }
  const network = networkOf({ ip, mask })
  if (!network) return { field: 'mask', detail: maskOf(ip) }
  return network.bits === 0 && !isForced ? { field: 'mask', detail: '0 is everybody: needs force' } : undefined
}

function maskOf(ip: string): string {
  if (!ip.includes(':')) return 'is at most 32 for an IPv4 address'
  return 'is 96 to 128 for an IPv4 address in IPv6 form'
}

function networkOf({ ip, mask }: Pick<EntryInput, 'ip' | 'mask'>): Network | undefined {
  return readNetwork(mask === undefined ? ip : `${ip}/${mask}`)
}

/** As it is stored; its fault was looked for before. */
export function toEntry({ port, tag, ...place }: EntryInput): AddressEntry {
  const network = networkOf(place)
  if (!network) throw new Error('an entry that is no network')
  return { cidr: `${network.address}/${network.bits}`, port, ...(tag === undefined ? {} : { tag }) }
}

export function showEntry({ cidr, port, tag }: AddressEntry): EntryInput {
  const [ip = '', mask = ''] = cidr.split('/')
  return { ip, mask: Number(mask), port, ...(tag === undefined ? {} : { tag }) }
}

/** Who trusts so many addresses makes the passwords of all phones behind them pointless. */
export function warningsOf({ carrier, entries }: Pick<AddressGroup, 'carrier' | 'entries'>): string[] {
  if (!carrier) return []
  return entries.flatMap(({ cidr }) => {
    const network = readNetwork(cidr)
    const widest = WIDEST_CARRIER_PREFIX[network?.address.kind() ?? 'ipv4']
    return network && network.bits < widest
      ? [`${cidr} is wider than /${widest}: everybody in it calls without a password`]
      : []
  })
}
