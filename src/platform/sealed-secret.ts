/** What seals a secret at rest: AES-256-GCM, a fresh initialisation vector each time, bound to what it belongs to. */

const IV_BYTES = 12
/** Shortest key text. */
export const MIN_KEY_LENGTH = 32

/** `keys`: the value of SECRETS_KEY: one key, or `new,old` while keys are changed. The first one seals. */
export async function sealSecret(secret: string, owner: string, keys: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const key = await keyOf(keysIn(keys)[0] ?? '')
  const sealed = await crypto.subtle.encrypt(parameters(iv, owner), key, new TextEncoder().encode(secret))
  return `v1.${Buffer.from(iv).toString('base64url')}.${Buffer.from(sealed).toString('base64url')}`
}

/** Undefined when none of the keys opens it, or it belongs to somebody else. */
export async function openSecret(sealed: string, owner: string, keys: string): Promise<string | undefined> {
  const [version, iv, bytes] = sealed.split('.')
  if (version !== 'v1' || !iv || !bytes) return undefined
  for (const text of keysIn(keys)) {
    try {
      const options = parameters(Buffer.from(iv, 'base64url'), owner)
      const opened = await crypto.subtle.decrypt(options, await keyOf(text), Buffer.from(bytes, 'base64url'))
      return new TextDecoder().decode(opened)
    } catch {
      // Sealed with another key.
    }
  }
  return undefined
}

/** What is wrong with a SECRETS_KEY; undefined when nothing is. */
export function faultOfKeys(keys: string | undefined): string | undefined {
  if (!keys) return 'SECRETS_KEY is not set (wrangler secret put SECRETS_KEY).'
  const isShort = keysIn(keys).some((key) => key.length < MIN_KEY_LENGTH)
  return isShort ? `SECRETS_KEY needs at least ${MIN_KEY_LENGTH} characters.` : undefined
}

function keysIn(keys: string): string[] {
  return keys.split(',').map((key) => key.trim())
}

function parameters(iv: Uint8Array<ArrayBuffer>, owner: string) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(owner) }
}

async function keyOf(text: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(text), 'HKDF', false, ['deriveKey'])
  const derivation = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: new TextEncoder().encode('strowger trunk secrets'),
  }
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
