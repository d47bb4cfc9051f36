import { describe, expect, it } from 'vitest'
import { formatProberNews, proberNews, proberOf, readProberNews } from '../../../src/dispatcher/prober'

describe('K10 who asks for all', () => {
  it('is the first by name, whoever says so', () => {
    expect(proberOf(['g2', 'g1', 'g3'])).toBe('g1')
    expect(proberOf([])).toBeUndefined()
  })

  it('is told with what that one has found', () => {
    const news = { gateways: ['g1', 'g2'], found: { main: { 'sip:one.example': 'I' } } } as const
    expect(readProberNews(formatProberNews(news))).toEqual(news)
  })

  it.each([
    'INVITE sip:a SIP/2.0',
    'strowger:prober',
    'strowger:prober {',
    'strowger:prober []',
    'strowger:prober null',
  ])('no news: %s', (frame) => expect(readProberNews(frame)).toBeUndefined())

  it.each([[{ gateways: 'g1', found: {} }], [{ gateways: [] }], [{ gateways: [], found: null }]])(
    'nor is %j',
    (value) => expect(proberNews(value)).toBeUndefined(),
  )
})
