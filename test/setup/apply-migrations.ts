import { applyD1Migrations, evictAllDurableObjects, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

// Files share a workerd, which costs half of one for each; every file starts with empty storage all the same.
await evictAllDurableObjects({ webSockets: 'close' })
await reset()
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
