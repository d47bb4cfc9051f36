import { z } from '@hono/zod-openapi'
import type { CallLimits } from '../dispatcher/call-limits'
import { callLimits as table } from '../store/schema'
import { documentRoutes } from './document-routes'
import { aor, domainName } from './fields'
import { MAX_PREFIXES } from './limits'

const prefixes = z
  .array(z.string().regex(/^\d{0,15}$/, 'are digits of an E.164 number without its plus'))
  .max(MAX_PREFIXES)

const fields = {
  concurrentCalls: z.int().min(0).max(10_000).optional().openapi({ description: 'Calls at once.' }),
  callsPerMinute: z.int().min(0).max(100_000).optional(),
  spendPerDay: z.number().min(0).max(1e9).optional().openapi({
    description:
      'What calls may cost on a day of UTC, in the unit of the `cost` of carrier routes, which is that of a minute.',
    example: 20,
  }),
  allowedPrefixes: prefixes
    .optional()
    .openapi({ description: 'Numbers must begin with one of these.', example: ['61'] }),
  deniedPrefixes: prefixes.optional().openapi({
    description: 'And with none of these; where both match, the longer one counts, of equal ones the denied one.',
    example: ['611900'],
  }),
}

const Input = z.strictObject(fields).openapi('NewCallLimits')
const View = z.object({ of: z.string(), ...fields }).openapi('CallLimits')

const of = z
  .string()
  .transform((text, context) => {
    const subscriber = aor.safeParse(text)
    if (subscriber.success) return `${subscriber.data.username}@${subscriber.data.domain}`
    const domain = domainName.safeParse(text)
    if (domain.success) return domain.data
    context.addIssue({ code: 'custom', message: 'must be an address-of-record, user@domain, or a domain' })
    return z.NEVER
  })
  .openapi({ type: 'string', example: '1001@example.test' })

export const callLimits = documentRoutes({
  table,
  path: '/call-limits',
  noun: 'call limit',
  tag: 'Carriers',
  key: of,
  input: Input,
  view: View,
  description:
    'What a subscriber, or each subscriber of a domain who has no limits of his own, may do in the telephone network. Calls beyond it ' +
    'are refused 403 (destination) or 503 with Retry-After (calls at once, calls per minute, money of the day). Calls between subscribers, and emergency calls, are not limited.',
  store: (key, input): CallLimits & { readonly of: string } => ({ of: key, ...(input as z.infer<typeof Input>) }),
  show: (limits) => limits as z.infer<typeof View>,
})
