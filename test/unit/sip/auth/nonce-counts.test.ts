import { describe, expect, it } from 'vitest'
import { acceptNonceCount, MAX_NONCE_COUNTS, type NonceWindow, withRoom } from '../../../../src/sip/auth/nonce-counts'

const NONE: NonceWindow = { nonceCounts: [] }
const nonce = 'lx0.random.0123456789abcdefMAC_1'

/** Which of these uses are accepted, one after the other, the list going through JSON in between. */
function play(uses: readonly (readonly [nonce: string, nc: string | undefined])[]): boolean[] {
  let window = NONE
  return uses.map(([used, nc]) => {
    const accepted = acceptNonceCount(window, used, nc)
    window = JSON.parse(JSON.stringify(accepted ?? window)) as NonceWindow
    return accepted !== undefined
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
})

describe('the remembered nonces', () => {
  const many = Array.from(
    { length: MAX_NONCE_COUNTS + 1 },
    (_, i) => `${(1_000_000 + i).toString(36)}.r.MAC-${i + 1_000}`,
  )
  const [first = '', second = '', ...rest] = many
  const use = (nonces: readonly string[], from = NONE) =>
    nonces.reduce((window, each) => acceptNonceCount(window, each, '00000001') ?? window, from)
  const isRefused = (window: NonceWindow, each: string) => acceptNonceCount(window, each, '00000001') === undefined

  it('are as many as the limit', () => {
    expect(use(many).nonceCounts).toHaveLength(MAX_NONCE_COUNTS)
  })

  it('E02 the oldest is dropped, and is as good as used up, as are all from its time', () => {
    const window = use(many)
    for (const each of many) expect(isRefused(window, each)).toBe(true)
    expect(isRefused(window, `${(999_999).toString(36)}.r.MAC-other`)).toBe(true)
    expect(isRefused(window, `${(1_000_100).toString(36)}.r.MAC-other`)).toBe(false)
  })

  it('keep a nonce that is in use', () => {
    const filled = use([first, second, ...rest.slice(0, -1)])
    const again = acceptNonceCount(filled, first, '00000002') ?? NONE
    expect(acceptNonceCount(use(rest.slice(-1), again), first, '00000003')).toBeDefined()
  })

  it('E02 forgotten for want of room, none of them is taken again', () => {
    const window = withRoom(use([first, second]), 0)
    expect(window.nonceCounts).toEqual([])
    expect([first, second].map((each) => isRefused(window, each))).toEqual([true, true])
  })

  it('of an older build have no time, and are remembered all the same', () => {
    const window = { nonceCounts: [{ nonce: first.slice(-8), nc: 1 }] }
    expect(isRefused(window, first)).toBe(true)
    expect(acceptNonceCount(window, first, '00000002')).toBeDefined()
  })

  it('fit into a socket attachment', () => {
    expect(JSON.stringify(use(many)).length).toBeLessThan(1_024)
  })
})
