import { faultOfKeys, openSecret, sealSecret } from '../platform/sealed-secret'
import type { StoredTrunk } from '../store/stored-trunk'
import { Problem } from './problem'

type Secret = StoredTrunk['secret']

/** What a trunk's secret is from now on: the new one, of which an HA1 counts first, or the one it had. */
export async function secretOf(
  { password, ha1 }: { readonly password?: string | undefined; readonly ha1?: string | undefined },
  known: Secret | undefined,
  name: string,
  env: Env,
): Promise<Secret | undefined> {
  if (ha1 !== undefined) return { kind: 'ha1', sealed: await seal(ha1, name, env) }
  if (password !== undefined) return { kind: 'password', sealed: await seal(password, name, env) }
  return known && sealedAgain(known, name, env)
}

function seal(secret: string, name: string, env: Env): Promise<string> {
  const fault = faultOfKeys(env.SECRETS_KEY)
  if (fault !== undefined) throw new Problem(503, fault)
  return sealSecret(secret, name, env.SECRETS_KEY ?? '')
}

/** With the first of the keys, so that an old one can go. What none of them opens stays as it is. */
async function sealedAgain(known: Secret, name: string, env: Env): Promise<Secret> {
  if (faultOfKeys(env.SECRETS_KEY) !== undefined) return known
  const text = await openSecret(known.sealed, name, env.SECRETS_KEY ?? '')
  return text === undefined ? known : { ...known, sealed: await seal(text, name, env) }
}
