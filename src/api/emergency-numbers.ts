import { z } from '@hono/zod-openapi'
import { EMERGENCY_NUMBER, type EmergencyNumbers } from '../dispatcher/emergency-numbers'
import { openDatabase } from '../store/database'
import { findDocument } from '../store/documents'
import { dispatcherSets } from '../store/schema'
import { aorText, smallName } from './fields'
import { MAX_EMERGENCY_NUMBERS } from './limits'
import { Problem } from './problem'

/** The emergency numbers of a domain, as a field of it. */
export const emergencyNumbers = z
  .strictObject({
    numbers: z
      .array(z.string().regex(EMERGENCY_NUMBER, 'must be 2 to 15 digits, as they are dialled'))
      .min(1)
      .max(MAX_EMERGENCY_NUMBERS)
      .openapi({ description: 'As they are dialled, without separators.', example: ['000', '112'] }),
    route: z.union([smallName, aorText]).openapi({
      description: 'A dispatcher set that exists, or `user@domain` whose phones ring.',
      example: 'emergency',
    }),
    notify: aorText.optional().openapi({ description: 'Who reads of each call, on all devices.' }),
  })
  .nullable()
  .openapi({
    description:
      'Calls to these numbers go first: nothing that caller or callee have set and no limit of calls stops them. `null`: there are none.',
  })

/** Nobody should find out in the first emergency. */
export async function refuseUnknownSet(env: Env, emergency: EmergencyNumbers | null | undefined): Promise<void> {
  if (!emergency || emergency.route.includes('@')) return
  if (await findDocument(openDatabase(env.DB), dispatcherSets, emergency.route)) return
  throw new Problem(400, `There is no dispatcher set ${emergency.route}.`, { field: 'emergency.route' })
}
