import { OpenAPIHono } from '@hono/zod-openapi'
import { refuseInvalid } from './validation'

export interface Bound {
  Bindings: Env
}

export function createRouter() {
  return new OpenAPIHono<Bound>({ defaultHook: refuseInvalid })
}
