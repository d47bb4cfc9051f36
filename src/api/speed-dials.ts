import { z } from '@hono/zod-openapi'
import { SPEED_DIAL, type SpeedDials } from '../dispatcher/names'
import { speedDials as table } from '../store/schema'
import { documentRoutes } from './document-routes'
import { aorText } from './fields'
import { MAX_SPEED_DIALS } from './limits'

const code = z.string().regex(SPEED_DIAL, 'one or two digits, or a star and one to four')
const whom = z.union([aorText, z.string().regex(/^\+[1-9]\d{3,14}$/, 'is an E.164 number with its plus')])
const codes = z
  .record(code, whom)
  .refine((all) => Object.keys(all).length <= MAX_SPEED_DIALS, `has more than ${MAX_SPEED_DIALS} codes`)
  .openapi({
    description: 'What is dialled, and whom it is for.',
    example: { '1': '1002@example.test', '*9': '+61299999999' },
  })

const Input = z.strictObject({ codes }).openapi('NewSpeedDials')
const View = z.object({ of: z.string(), codes }).openapi('SpeedDials')

export const speedDials = documentRoutes({
  table,
  path: '/speed-dials',
  noun: 'list of speed dials',
  tag: 'Subscribers',
  key: aorText,
  input: Input,
  view: View,
  description: 'Short codes of a subscriber; all of them are replaced.',
  store: (of, input): SpeedDials => ({ of, ...(input as z.infer<typeof Input>) }),
  show: (all) => ({ of: all.of, codes: { ...all.codes } }),
})
