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
