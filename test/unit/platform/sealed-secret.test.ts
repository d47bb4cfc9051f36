import { describe, expect, it } from 'vitest'
import { faultOfKeys, openSecret, sealSecret } from '../../../src/platform/sealed-secret'

const KEY = 'k'.repeat(32)
const OTHER = 'o'.repeat(40)

describe('a sealed secret', () => {
  it('opens with its key and for its owner only', async () => {
    const sealed = await sealSecret('pässword', 'one', KEY)
    expect(await openSecret(sealed, 'one', KEY)).toBe('pässword')
    expect(await openSecret(sealed, 'two', KEY)).toBeUndefined()
    expect(await openSecret(sealed, 'one', OTHER)).toBeUndefined()
    expect(await openSecret(sealed.replace('v1', 'v2'), 'one', KEY)).toBeUndefined()
  })

  it('is another text each time', async () => {
    expect(await sealSecret('x', 'one', KEY)).not.toBe(await sealSecret('x', 'one', KEY))
  })

  it('opens with the old key while keys are changed, and is sealed with the new one', async () => {
    const old = await sealSecret('x', 'one', KEY)
    expect(await openSecret(old, 'one', `${OTHER},${KEY}`)).toBe('x')
    expect(await openSecret(await sealSecret('x', 'one', `${OTHER},${KEY}`), 'one', OTHER)).toBe('x')
  })

  it('says what is wrong with a key', () => {
    expect([faultOfKeys(undefined), faultOfKeys('')].every((f) => f?.includes('is not set'))).toBe(true)
    expect(faultOfKeys(`${KEY},short`)).toContain('32 characters')
    expect(faultOfKeys(`${OTHER},${KEY}`)).toBeUndefined()
  })
})
