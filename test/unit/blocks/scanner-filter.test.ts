import { describe, expect, it } from 'vitest'
import { scannerFilter } from '../../../src/blocks'
import { Exchange, inShort } from '../support/exchange'
import { requestOf } from '../support/messages'

const run = async (userAgent: string, filter = scannerFilter()) => {
  const request = requestOf('OPTIONS', { lines: [`User-Agent: ${userAgent}`] })
  return inShort((await new Exchange().run(filter, request)).decision)
}

describe('G04 scanners get no answer', () => {
  it.each(['sipcli/v1.8', 'SIPVicious', 'friendly-scanner', 'VaxSIPUserAgent/3.1', 'VaxIPUserAgent', 'pplsip'])(
    '%s',
    async (userAgent) => {
      expect(await run(userAgent)).toBe('drop scanner')
    },
  )
})

describe('phones pass', () => {
  it.each(['JsSIP 3.13.8', 'SIP.js/0.21.2', 'Linphone/5.0', 'Zoiper rv2.10', 'Asterisk PBX 20'])('%s', async (name) => {
    expect(await run(name)).toBe('goes on')
  })

  it('and whoever says nothing', async () => {
    expect(inShort((await new Exchange().run(scannerFilter(), requestOf('OPTIONS'))).decision)).toBe('goes on')
  })
})

it('G04 the list is the script’s', async () => {
  expect(await run('Evil/1', scannerFilter(/evil/i))).toBe('drop scanner')
  expect(await run('sipvicious', scannerFilter(/evil/i))).toBe('goes on')
})

it('G04 a pattern with the g flag gives the same answer every time', async () => {
  const filter = scannerFilter(/evil/gi)
  expect([await run('Evil', filter), await run('Evil', filter)]).toEqual(['drop scanner', 'drop scanner'])
})
