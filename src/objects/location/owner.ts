import { hash } from '../../platform/hash'
import type { Verdict } from '../../routing/services'
import type { Credentials } from '../../sip/auth/credentials'
import { verifyDigest } from '../../sip/auth/verify'
import { openDatabase } from '../../store/database'
import { findSubscriber } from '../../store/subscribers'
import { Failures } from '../failures'

type Ha1 = Readonly<Record<Credentials['algorithm'], string>>

const GENERATION = 'generation'

/** Who an address-of-record belongs to: what verifies him, and which state of him was asked. */
export class Owner {
  private readonly failures = new Failures()
  private readonly storage: DurableObjectStorage
  private readonly env: Env
  private readonly aor: string

  constructor(storage: DurableObjectStorage, env: Env, aor: string) {
    this.storage = storage
    this.env = env
    this.aor = aor
  }

  /** Raised when the subscriber changes. */
  get generation(): number {
    return this.storage.kv.get<number>(GENERATION) ?? 0
  }

  /** What was proved before holds no longer. */
  hasChanged(): void {
    this.storage.kv.put(GENERATION, this.generation + 1)
  }

  /** Whether there is such a subscriber, who is not disabled. */
  async exists(): Promise<boolean> {
    return (await this.ha1()) !== undefined
  }

  /**
   * Verifies a digest against the database, which is asked each time: an identity is proved once for each socket. For an
   * address that is no subscriber the same work is done with a hash nobody knows, so that neither answer nor time tells
   * who exists. `known`: the script has asked a source of its own, and the database is not.
   */
  async verify(
    credentials: Credentials,
    method: string,
    source: string,
    known?: { readonly ha1: string | undefined },
  ): Promise<{ readonly verdict: Verdict; readonly generation: number }> {
    const nowMs = Date.now()
    // Before the question: an answer that is overtaken by a change counts for the state before it.
    const { generation } = this
    if (this.failures.isLocked(source, nowMs)) return { verdict: 'locked', generation }
    const found = known ? known.ha1 : (await this.ha1())?.[credentials.algorithm]
    const ha1 = found ?? hash(credentials.algorithm, `${nowMs}${this.env.TOKEN_SECRET}`)
    if (verifyDigest(credentials, { method, ha1, hash })) {
      this.failures.clear(source)
      return { verdict: 'accepted', generation }
    }
    this.failures.count(source, nowMs)
    return { verdict: 'rejected', generation }
  }

  private async ha1(): Promise<Ha1 | undefined> {
    const at = this.aor.lastIndexOf('@')
    const row = await findSubscriber(openDatabase(this.env.DB), this.aor.slice(0, at), this.aor.slice(at + 1))
    return row?.enabled ? { MD5: row.ha1Md5, 'SHA-256': row.ha1Sha256 } : undefined
  }
}
