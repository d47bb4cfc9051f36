import { z } from '@hono/zod-openapi'
import { faultOfReceiver } from '../platform/receiver-url'
import { faultOfKeys, sealSecret } from '../platform/sealed-secret'
import type { Domain } from '../store/schema'
import { alertSecretOwner } from '../store/stored-alert-secret'
import { MAX_ALERT_SECRET, MAX_ALERT_URL, MIN_ALERT_SECRET } from './limits'
import { Problem } from './problem'

export const alertUrl = z
  .string()
  .max(MAX_ALERT_URL)
  .superRefine((text, context) => {
    const message = faultOfReceiver(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .nullable()
  .openapi({
    type: 'string',
    description: 'An https URL that alerts of the domain are posted to. `null`: where those of the deployment go.',
  })

export const alertSecret = z.string().min(MIN_ALERT_SECRET).max(MAX_ALERT_SECRET).optional().openapi({
  description:
    'What alerts are signed with; needed with the first `alertUrl`, kept with another. Stored encrypted with SECRETS_KEY and never shown.',
  format: 'password',
})

type Columns = Pick<Domain, 'alertUrl' | 'alertSecret'>

/** What of the two is stored from now on; throws a Problem for one without the other. `known`: what is stored. */
export async function alertColumns(
  env: Env,
  name: string,
  {
    alertUrl,
    alertSecret,
  }: { readonly alertUrl?: string | null | undefined; readonly alertSecret?: string | undefined },
  known: Columns | undefined,
): Promise<Columns> {
  const url = alertUrl === undefined ? (known?.alertUrl ?? null) : alertUrl
  if (url === null) {
    if (alertSecret === undefined) return { alertUrl: null, alertSecret: null }
    throw new Problem(400, 'alertSecret: needs an alertUrl', { field: 'alertUrl' })
  }
  if (alertSecret === undefined) {
    if (known?.alertSecret) return { alertUrl: url, alertSecret: known.alertSecret }
    throw new Problem(400, 'alertUrl: needs an alertSecret, which alerts are signed with', { field: 'alertSecret' })
  }
  const fault = faultOfKeys(env.SECRETS_KEY)
  if (fault !== undefined) throw new Problem(503, fault)
  return { alertUrl: url, alertSecret: await sealSecret(alertSecret, alertSecretOwner(name), env.SECRETS_KEY ?? '') }
}
