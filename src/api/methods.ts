import { Problem } from './problem'
import type { createRouter } from './router'

/** Hono answers 404 to a wrong method. Added after all routes, these say 405 with the methods there are, and 404 as a problem. */
export function refuseTheRest(api: Pick<ReturnType<typeof createRouter>, 'routes' | 'all'>): void {
  for (const [path, methods] of methodsByPath(api.routes)) {
    api.all(path, (c) => {
      const allow = [...methods].join(', ')
      throw new Problem(405, `${c.req.method} does not work here; ${allow} does.`, {}, { Allow: allow })
    })
  }
  api.all('/v1/*', (c) => {
    throw new Problem(404, `There is no ${c.req.path}; /v1/docs lists what there is.`)
  })
}

function methodsByPath(routes: readonly { readonly path: string; readonly method: string }[]) {
  const found = new Map<string, Set<string>>()
  for (const { path, method } of routes) {
    if (method !== 'ALL') found.set(path, (found.get(path) ?? new Set()).add(method))
  }
  return found
}
