import { createRoute, z } from '@hono/zod-openapi'
import { type Database, openDatabase } from '../store/database'
import { type DocumentTable, deleteDocument, findDocument, listDocuments, putDocument } from '../store/documents'
import { pageOf, pageQuery, readPage } from './cursor'
import { absentDocument } from './document-edit'
import { gatewaysChanged } from './gateway-directory'
import { type LiveReport, readLiveReports } from './live-states'
import { problems } from './problem'
import { createRouter } from './router'

/** A kind of configuration document and its place in the API. */
export interface DocumentKind<Path extends string, Body, Input, View> {
  readonly table: DocumentTable
  /** `/trunks` */
  readonly path: Path
  /** `trunk` */
  readonly noun: string
  readonly tag: string
  readonly key: z.ZodType<string, string>
  /** What a PUT may hold: without the key, which is in the path. */
  readonly input: z.ZodType<unknown, Input>
  /** What is shown. */
  readonly view: z.ZodType<View>
  readonly description: string
  /** Makes of a PUT what is stored; throws a Problem when it can't be. */
  store(key: string, input: unknown, env: Env): Promise<Body> | Body
  /** True: gateways have it in their configuration, and are told of a change. */
  readonly forGateways?: true
  /** True: what gateways report is shown with it, in lists and when one is read. */
  readonly live?: true
  show(body: Body, reports?: readonly LiveReport[]): NoInfer<View>
  /** What in such a document can't work, since something that it names is not there. It is stored all the same: that may come. */
  faults?(db: Database): Promise<(body: Body) => string[]>
}

/** A document as it is shown, with what can't work in it. */
async function shown<Body, View>(
  kind: Pick<DocumentKind<string, Body, never, View>, 'faults' | 'show'>,
  bodies: readonly Body[],
  { db, reports }: { readonly db: Database; readonly reports?: readonly LiveReport[] | undefined },
): Promise<View[]> {
  const faultsOf = await kind.faults?.(db)
  return bodies.map((body) => {
    const problems = faultsOf?.(body) ?? []
    return { ...kind.show(body, reports), ...(problems.length > 0 ? { problems } : {}) }
  })
}

/** List, read, PUT and DELETE of one kind of document. A change holds for the next request within a second. */
export function documentRoutes<const Path extends string, Body, Input, View>(
  kind: DocumentKind<Path, Body, Input, View>,
) {
  const { table, path, noun, tag, view } = kind
  const common = { tags: [tag] }
  const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } })
  const params = z.object({ key: kind.key.openapi({ param: { name: 'key', in: 'path' } }) })
  const one = `${path}/{key}` as const
  const list = createRoute({
    ...common,
    method: 'get',
    path,
    summary: `List: ${noun}s`,
    request: { query: pageQuery(1) },
    responses: { 200: { description: 'A page.', content: json(pageOf(view)) }, ...problems(400, 401, 503) },
  })
  const read = createRoute({
    ...common,
    method: 'get',
    path: one,
    summary: `Read a ${noun}`,
    request: { params },
    responses: { 200: { description: `The ${noun}.`, content: json(view) }, ...problems(400, 401, 404, 503) },
  })
  const write = createRoute({
    ...common,
    method: 'put',
    path: one,
    summary: `Create or replace a ${noun}`,
    description: kind.description,
    request: { params, body: { content: json(kind.input), required: true } },
    responses: {
      200: { description: `The ${noun} as it is now.`, content: json(view) },
      201: { description: 'Created.', content: json(view) },
      ...problems(400, 401, 413, 415, 503),
    },
  })
  const remove = createRoute({
    ...common,
    method: 'delete',
    path: one,
    summary: `Delete a ${noun}`,
    request: { params },
    responses: { 204: { description: 'Deleted.' }, ...problems(400, 401, 404, 503) },
  })
  const absent = (key: string) => absentDocument(noun, key)
  return createRouter()
    .openapi(list, async (c) => {
      const { limit, cursor } = c.req.valid('query')
      const db = openDatabase(c.env.DB)
      const { domains } = c.get('access')
      const { rows, ...rest } = await readPage(
        (page) => listDocuments(db, table, { ...page, domains }),
        { limit, after: cursor?.[0] },
        (row) => [row.key],
      )
      const reports = kind.live && (await readLiveReports(c.env))
      const bodies = rows.map((row) => row.body as Body)
      return c.json({ items: await shown(kind, bodies, { db, reports }), ...rest } as never, 200)
    })
    .openapi(read, async (c) => {
      const { key } = c.req.valid('param')
      const db = openDatabase(c.env.DB)
      const found = await findDocument(db, table, key)
      if (!found) throw absent(key)
      const reports = kind.live && (await readLiveReports(c.env))
      const [view] = await shown(kind, [found.body as Body], { db, reports })
      return c.json(view as never, 200)
    })
    .openapi(write, async (c) => {
      const { key } = c.req.valid('param')
      const body = await kind.store(key, c.req.valid('json'), c.env)
      const db = openDatabase(c.env.DB)
      const outcome = await putDocument(db, table, key, body as never, Date.now())
      if (kind.forGateways) await gatewaysChanged(c.env)
      const [view] = await shown(kind, [body], { db })
      return c.json(view as never, outcome === 'created' ? 201 : 200)
    })
    .openapi(remove, async (c) => {
      const { key } = c.req.valid('param')
      if (!(await deleteDocument(openDatabase(c.env.DB), table, key))) throw absent(key)
      if (kind.forGateways) await gatewaysChanged(c.env)
      return c.body(null, 204)
    })
}
