import { resolve } from 'node:path'
import { kamailio } from './kamailio'
import { relay } from './relay'
import type { Server } from './server'
import { strowger } from './strowger'

/** Everything that can be measured, by name. The default run takes the first five. */
export const servers: readonly Server[] = [
  strowger(),
  strowger(undefined, 'many'),
  relay('relay', 'bare relay, same hops, a file per object', { path: '/hops', storage: 'files' }),
  kamailio('kamailio', 'Kamailio, default memory manager, 2 workers', { workers: 2 }),
  kamailio('kamailio-best', 'Kamailio, tlsf, 1 worker', { workers: 1, memoryManager: 'tlsf' }),
  relay('relay-memory', 'bare relay, same hops, no files', { path: '/hops', storage: 'none' }),
  relay('relay-one', 'bare relay, everybody in one object', { path: '/one', storage: 'none' }),
  kamailio('kamailio-fm', 'Kamailio, fm, 1 worker', { workers: 1, memoryManager: 'fm' }),
]

export const DEFAULT_SERVERS = 'strowger,strowger-many,relay,kamailio,kamailio-best'

/** Servers by name, and other checkouts of this project beside them. One that can't run here is left out, and said so. */
export function chooseServers(names = '', checkouts = '', placement: 'one' | 'many' = 'one'): Server[] {
  const others = checkouts
    .split(',')
    .filter(Boolean)
    .map((folder) => strowger(resolve(folder), placement))
  const all = [...servers.slice(0, 2), ...others, ...servers.slice(2)]
  const wanted = [...names.split(',').filter(Boolean), ...others.map((server) => server.name)]
  const unknown = wanted.filter((name) => !all.some((server) => server.name === name))
  if (unknown.length > 0) {
    console.error(`\nNo server is called "${unknown}". There are ${all.map((server) => server.name).join(', ')}.\n`)
    process.exit(1)
  }
  return all.filter((server) => {
    if (!wanted.includes(server.name)) return false
    const missing = server.missing?.()
    if (missing !== undefined) console.log(`\n*** SKIPPED ${server.title}: ${missing} ***`)
    return missing === undefined
  })
}
