import { hash } from '../platform/hash'
import type { SharedRows } from '../routing/shared'
import { sharedStub } from './addresses'
import { callObject } from './call-object'

/**
 * Objects that share the keys. A key is in one of them, which takes some thousand operations a second, so that a busy key
 * slows a part of the others only. An object for each key would cost one more file and alarm for every caller of a limit.
 * Another number begins with an empty store.
 */
const SHARDS = 64

/** The shared store as a script's services reach it. */
export class ShardedRows implements SharedRows {
  private readonly env: Env

  constructor(env: Env) {
    this.env = env
  }

  read(key: string): Promise<string | undefined> {
    return callObject(() => this.shard(key).read(key))
  }

  write(key: string, json: string, ttlMs: number | undefined): Promise<void> {
    return callObject(() => this.shard(key).write(key, json, ttlMs))
  }

  remove(key: string): Promise<boolean> {
    return callObject(() => this.shard(key).remove(key))
  }

  /** Tried again after a reset like the others: a limit that counts one too many is better than a call that fails. */
  add(key: string, by: number, ttlMs: number | undefined): Promise<number | undefined> {
    return callObject(() => this.shard(key).add(key, by, ttlMs))
  }

  private shard(key: string) {
    return sharedStub(this.env, shardOf(key))
  }
}

/** Name of the object that has a key. */
export function shardOf(key: string): string {
  return `${Number.parseInt(hash('SHA-256', key).slice(0, 8), 16) % SHARDS} of ${SHARDS}`
}
