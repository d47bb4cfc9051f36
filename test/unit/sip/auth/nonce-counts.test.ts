import { describe, expect, it } from 'vitest'
import { acceptNonceCount, MAX_NONCE_COUNTS, type NonceCount } from '../../../../src/sip/auth/nonce-counts'

const nonce = 'lx0.random.0123456789abcdefMAC_1'

/** Which of these uses are accepted, one after the other, the list going through JSON in between. */
function play(uses: readonly (readonly [nonce: string, nc: string | undefined])[]): boolean[] {
  let counts: readonly NonceCount[] = []
  return uses.map(([used, nc]) => {
    const result = acceptNonceCount(counts, used, nc)
    expect(JSON.parse(JSON.stringify(result.counts))).toStrictEqual(result.counts)
    counts = result.counts
    return result.accepted
  })
}

describe('E02 the nonce count', () => {
  it('is accepted while it rises, also by more than one', () => {
    expect(
      play([
        [nonce, '00000001'],
        [nonce, '00000002'],
        [nonce, '0000000a'],
        [nonce, '0000000B'],
      ]),
    ).toEqual([true, true, true, true])
  })

  it('is refused when it repeats or falls, which is a replay', () => {
    expect(
      play([
        [nonce, '00000002'],
        [nonce, '00000002'],
        [nonce, '00000001'],
        [nonce, '00000003'],
      ]),
    ).toEqual([true, false, false, true])
  })

  it('is counted apart for each nonce', () => {
    const other = 'lx0.random.0123456789abcdefMAC_2'
    expect(
      play([
        [nonce, '00000001'],
        [other, '00000001'],
        [nonce, '00000001'],
      ]),
    ).toEqual([true, true, false])
  })

  it.each(['', '0', '00000000', '1', '0000000g', '000000001', '-0000001', '0x000001'])(
    'is refused when it is %j',
    (nc) => {
      expect(play([[nonce, nc]])).toEqual([false])
    },
  )

  it('is not there without qop: such a nonce is good for one request', () => {
    expect(
      play([
        [nonce, undefined],
        [nonce, undefined],
        [nonce, '00000001'],
      ]),
    ).toEqual([true, false, false])
    expect(
      play([
        [nonce, '00000001'],
        [nonce, undefined],
      ]),
    ).toEqual([true, true])
  })

  it('leaves the list as it is when refused', () => {
    const { counts } = acceptNonceCount([], nonce, '00000001')
    expect(acceptNonceCount(counts, nonce, '00000001').counts).toBe(counts)
  })
})

describe('the remembered nonces', () => {
  const many = Array.from({ length: MAX_NONCE_COUNTS + 1 }, (_, i) => `nonce-${String(i).padStart(8, '0')}`)
  const fill = (nonces: readonly string[], from: readonly NonceCount[] = []) =>
    nonces.reduce((counts, each) => acceptNonceCount(counts, each, '00000001').counts, from)

  it('are as many as the limit, the oldest dropped', () => {
    const counts = fill(many)
    expect(counts).toHaveLength(MAX_NONCE_COUNTS)
    expect(acceptNonceCount(counts, many[0] ?? '', '00000001').accepted).toBe(true)
    for (const each of many.slice(1)) expect(acceptNonceCount(counts, each, '00000001').accepted).toBe(false)
  })

  it('keep a nonce that is in use', () => {
    const [first = '', ...rest] = many
    const used = acceptNonceCount(fill([first, ...rest.slice(0, -1)]), first, '00000002').counts
    expect(acceptNonceCount(fill(rest.slice(-1), used), first, '00000002').accepted).toBe(false)
  })

  it('fit into a socket attachment', () => {
    expect(JSON.stringify(fill(many)).length).toBeLessThan(512)
  })
})
