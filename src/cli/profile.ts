import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Common } from './arguments'
import { Failure, UsageError } from './failure'
import type { Io } from './io'

/** Where a Strowger is and what proves that we may manage it. `kamctlrc`. */
export interface Profile {
  /** Without a slash at the end. */
  readonly url: string
  readonly token: string | undefined
  /** Where they are from, for people; the token itself is never shown. */
  readonly urlFrom: string
  readonly tokenFrom: string | undefined
}

interface Stored {
  readonly url: string
  readonly token: string
}

type Environment = Pick<Io, 'env' | 'root'>

/**
 * Of each the first that is there. URL: `--url`, STROWGER_URL, the profile, this machine. Token: `--token`, STROWGER_TOKEN, the profile if its URL is
 * the one, and on this machine ADMIN_TOKEN and what `npm start` and `npm run serve` keep in STATE_DIR.
 */
export function findProfile(common: Pick<Common, 'url' | 'token' | 'profile'>, io: Environment): Profile {
  const name = common.profile ?? io.env.STROWGER_PROFILE
  const stored = readStored(io)[name ?? DEFAULT]
  if (name !== undefined && !stored)
    throw new UsageError(`There is no profile "${name}": strowger login --profile ${name}`)
  const [given, urlFrom] =
    firstOf([common.url, '--url'], [io.env.STROWGER_URL, 'STROWGER_URL'], [stored?.url, profileFile(io)]) ??
    localUrl(io)
  const url = readUrl(given)
  const [token, tokenFrom] =
    firstOf(
      [common.token, '--token'],
      [io.env.STROWGER_TOKEN, 'STROWGER_TOKEN'],
      [stored?.url === url ? stored.token : undefined, profileFile(io)],
    ) ??
    (isLocal(url) ? localToken(io) : undefined) ??
    []
  return { url, urlFrom, token: token?.trim(), tokenFrom }
}

/** For `login`, which replaces a profile: as above, but for the profile. */
export function urlToKeep({ url }: Pick<Common, 'url'>, io: Environment): string {
  const [given] = firstOf([url, '--url'], [io.env.STROWGER_URL, 'STROWGER_URL']) ?? localUrl(io)
  return readUrl(given)
}

const DEFAULT = 'default'

type Found = readonly [value: string, from: string]

function firstOf(...candidates: ReadonlyArray<readonly [string | undefined, string]>): Found | undefined {
  return candidates.find((candidate): candidate is Found => candidate[0] !== undefined && candidate[0] !== '')
}

/** As it is kept and compared. Throws a UsageError when it is none. */
export function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^(?:https?|wss?):$/.test(url.protocol))
    throw new UsageError(`"${text}" is no URL like https://sip.example.com`)
  return `${url.protocol.replace(/^ws/, 'http')}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}

export function isLocal(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname)
}

/** Where `npm start` and `npm run serve` listen. */
function localUrl({ env }: Environment): Found {
  const host = env.HOST && isLocal(`http://${env.HOST}`) ? env.HOST : '127.0.0.1'
  return [`http://${host}:${env.PORT || 8787}`, 'this machine']
}

function localToken({ env, root }: Environment): Found | undefined {
  if (env.ADMIN_TOKEN) return [env.ADMIN_TOKEN, 'ADMIN_TOKEN']
  const file = join(resolve(root, env.STATE_DIR || '.strowger'), 'admin-token')
  try {
    return [readFileSync(file, 'utf8'), file]
  } catch {
    return undefined
  }
}

function profileFile({ env }: Pick<Io, 'env'>): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME ?? '.', '.config'), 'strowger', 'profiles.json')
}

function readStored(io: Pick<Io, 'env'>): Readonly<Record<string, Stored>> {
  const file = profileFile(io)
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new Failure(`${file} has a token and can be read by others: chmod 600 it.`)
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    if (error instanceof SyntaxError) throw new Failure(`${file} is no JSON: remove it, then strowger login.`)
    throw error
  }
}

/** Keeps a profile for its owner alone. Answers the file. */
export function storeProfile(io: Pick<Io, 'env'>, name: string | undefined, profile: Stored): string {
  return write(io, { ...readStored(io), [name ?? DEFAULT]: profile })
}

/** Answers false when there was none. */
export function removeProfile(io: Pick<Io, 'env'>, name: string | undefined): boolean {
  const { [name ?? DEFAULT]: gone, ...left } = readStored(io)
  if (!gone) return false
  if (Object.keys(left).length > 0) write(io, left)
  else rmSync(profileFile(io))
  return true
}

/** Beside and moved: a command that reads meanwhile has the old one or the new one. */
function write(io: Pick<Io, 'env'>, profiles: Readonly<Record<string, Stored>>): string {
  const file = profileFile(io)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify(profiles, undefined, 2)}\n`, { mode: 0o600 })
  chmodSync(fresh, 0o600)
  renameSync(fresh, file)
  return file
}
