import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../infra/local/bootstrap.mjs'
import { freePort, startServer, stopServer, until, workersOf } from '../support/processes'
import type { RunningServer, Server, StartOrder } from './server'

export interface RelayShape {
  readonly path: '/hops' | '/one'
  /** Objects with a database file each, as Strowger's; or with nothing on disk. */
  readonly storage: 'files' | 'none'
}

/** The bare relay in `workerd serve`: what the platform allows. */
export function relay(name: string, title: string, shape: RelayShape): Server {
  return { name, title, start: (order) => start(order, shape) }
}

async function start({ state }: StartOrder, shape: RelayShape): Promise<RunningServer> {
  const port = await freePort()
  const file = join(state, 'relay.capnp')
  copyFileSync(join(root, 'dist/bench/relay.js'), join(state, 'relay.js'))
  writeFileSync(file, configuration(port, state, shape))
  const child = startServer(join(root, 'node_modules/workerd/bin/workerd'), ['serve', file])
  const pid = child.pid ?? 0
  const reachable = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      (response) => response.ok,
      () => false,
    )
  await until('the relay', () => child.exitCode !== null || reachable())
  return {
    url: `ws://127.0.0.1:${port}${shape.path}`,
    pids: () => workersOf(pid, 'workerd'),
    repeatsCredentials: false,
    stop: () => stopServer(child),
  }
}

/** Paths are relative to the file. */
function configuration(port: number, state: string, { storage }: RelayShape): string {
  const classes = ['Flow', 'Location']
  const namespaces = classes.map(
    (c) => `(className = "${c}Object", uniqueKey = "${c}", enableSql = ${storage === 'files'})`,
  )
  const bindings = classes.map((c) => `(name = "${c.toUpperCase()}", durableObjectNamespace = "${c}Object")`)
  const onDisk = `(name = "disk", disk = (path = "${state}", writable = true))`
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .relay)${storage === 'files' ? `, ${onDisk}` : ''} ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ],
);
const relay :Workerd.Worker = (
  modules = [ (name = "relay.js", esModule = embed "relay.js") ],
  compatibilityDate = "2026-11-02",
  durableObjectNamespaces = [ ${namespaces.join(', ')} ],
  durableObjectStorage = ${storage === 'files' ? '(localDisk = "disk")' : '(inMemory = void)'},
  bindings = [ ${bindings.join(', ')} ],
);
`
}
