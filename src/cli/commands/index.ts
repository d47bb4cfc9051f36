import type { Command } from '../command'
import { ADDRESS } from './address'
import { ALIAS } from './alias'
import { BAN } from './ban'
import { CALL } from './call'
import { DISPATCHER } from './dispatcher'
import { DOMAIN } from './domain'
import { GATEWAY } from './gateways'
import { HEALTH } from './health'
import { LIMIT } from './limit'
import { LOCATION } from './location'
import { LOGIN } from './login'
import { MESSAGE } from './message'
import { ROUTE } from './route'
import { SPEED_DIAL } from './speed-dial'
import { SUBSCRIBER } from './subscriber'
import { FEATURES } from './subscriber-features'
import { TEST } from './test'
import { TOKEN } from './token'
import { TRUNK } from './trunk'

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...HEALTH,
  ...LOGIN,
  ...TOKEN,
  ...DOMAIN,
  ...SUBSCRIBER,
  ...FEATURES,
  ...LOCATION,
  ...ALIAS,
  ...SPEED_DIAL,
  ...MESSAGE,
  ...CALL,
  ...ADDRESS,
  ...DISPATCHER,
  ...TRUNK,
  ...ROUTE,
  ...LIMIT,
  ...GATEWAY,
  ...BAN,
  ...TEST,
]
