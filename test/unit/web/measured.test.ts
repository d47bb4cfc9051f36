import { expect, it } from 'vitest'
import { measuredText } from '../../../src/web/console/measured'

it('O09 O13 the page of a call says how an end heard the other, or only what it sent', () => {
  const heard = { mos: 4.3, jitterMs: 2, lossPercent: 0 }
  expect(measuredText({ packets: 9, heard })).toBe('9 packets · hears MOS 4.3, 0 % lost, 2 ms jitter')
  expect(measuredText({ packets: 0 })).toBe('0 packets')
  expect(measuredText(undefined)).toBeUndefined()
})
