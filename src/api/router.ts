import { OpenAPIHono } from '@hono/zod-openapi'
import { refuseInvalid } from './validation'

/** What the token of a request reaches. */
export interface Access {
  /** Undefined: all domains, and what belongs to none. */
  readonly domains: readonly string[] | undefined
}

export interface Bound {
  Bindings: Env
  Variables: { access: Access }
}

export function createRouter() {
  return new OpenAPIHono<Bound>({ defaultHook: refuseInvalid })
}
