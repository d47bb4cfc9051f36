/** `npm run bench:gateway`: the gateway beside Kamailio as a UDP proxy, both between two SIPp. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../infra/local/bootstrap.mjs'
import { PASSWORD } from './load/digest'
import { DOMAIN } from './servers/server'
import { provision } from './servers/strowger'
import { readOptions, writeJson } from './support/options'
import { cpuSeconds, freePort, startServer, stopServer, until, workersOf } from './support/processes'
import { median, show } from './support/statistics'
import { printTable } from './support/table'

const CALLER = '127.0.6.1'
const CALLEE = '127.0.6.2'
const TOKEN = 'benchmark'
const TITLES = ['Strowger', 'Strowger, the other checkout']

/** `beside`: another checkout, whose gateway takes turns with ours in front of the same Worker. */
const defaults = { calls: '2000', rate: '200', rounds: '3', warm: '200', beside: '' }

interface Round {
  readonly [part: string]: number
}

/** Calls of SIPp through one proxy, and what its processes took for them. */
interface Proxy {
  readonly title: string
  readonly number: string
  readonly address: string
  readonly port: number
  /** Processes by the part of the proxy that they are. */
  readonly parts: Readonly<Record<string, () => readonly number[]>>
  stop(): Promise<void>
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, defaults)
  for (const program of ['/usr/bin/sipp', '/usr/sbin/kamailio'])
    if (!existsSync(program)) throw new Error(`${program} is not installed (Debian: sip-tester kamailio)`)
  const folder = mkdtempSync(join(tmpdir(), 'strowger-bench-gateway-'))
  const worker = await startWorker(folder)
  const checkouts = [root, ...(options.beside ? [options.beside] : [])]
  const gateways: Proxy[] = []
  for (const [i, checkout] of checkouts.entries()) gateways.push(await gateway(worker, folder, checkout, i))
  const proxies = [...gateways, await kamailio(folder)]
  const rounds: Record<string, Round[]> = {}
  try {
    for (const proxy of proxies) await calls(proxy, Number(options.warm), Number(options.rate))
    for (let round = 1; round <= Number(options.rounds); round++)
      for (const proxy of proxies) {
        console.log(`round ${round}: ${proxy.title}`)
        const used = await measured(proxy, Number(options.calls), Number(options.rate))
        rounds[proxy.title] = [...(rounds[proxy.title] ?? []), used]
      }
  } finally {
    for (const proxy of proxies) await proxy.stop()
    await stopServer(worker.process)
    rmSync(folder, { recursive: true, force: true })
  }
  print(rounds, options)
  writeJson(options.json, { options, rounds })
  process.exit()
}

async function measured(proxy: Proxy, count: number, rate: number): Promise<Round> {
  const used = () => Object.entries(proxy.parts).map(([part, pids]) => [part, cpuSeconds(pids())] as const)
  const before = new Map(used())
  await calls(proxy, count, rate)
  return Object.fromEntries(
    used().map(([part, seconds]) => [part, ((seconds - (before.get(part) ?? 0)) / count) * 1e6]),
  )
}

async function calls(proxy: Proxy, count: number, rate: number): Promise<void> {
  const uas = sipp(['-sf', 'bench/peers/sipp/answer.xml', '-i', CALLEE, '-p', '26060'])
  await until('SIPp', () => isBound(CALLEE, 26_060))
  const uac = sipp([
    `${proxy.address}:${proxy.port}`,
    ...['-sf', 'bench/peers/sipp/call.xml', '-i', CALLER, '-p', '26061', '-key', 'number', proxy.number],
    ...['-m', String(count), '-r', String(rate), '-timeout', '120s', '-timeout_error'],
  ])
  const [status] = (await once(uac, 'exit')) as [number]
  // It ends when its calls have: nobody waits for a copy that comes late.
  uas.kill('SIGUSR1')
  const ended = setTimeout(() => uas.kill('SIGKILL'), 3_000)
  if (uas.exitCode === null) await once(uas, 'exit')
  clearTimeout(ended)
  if (status !== 0) throw new Error(`SIPp: calls through ${proxy.title} have failed (status ${status})`)
}

function sipp(args: readonly string[]): ChildProcess {
  const env = { ...process.env, TERM: 'dumb' }
  return spawn('/usr/bin/sipp', [...args, '-nostdin', '-bind_local'], { stdio: 'ignore', env, cwd: root })
}

interface Worker {
  readonly origin: string
  readonly process: ChildProcess
}

async function startWorker(folder: string): Promise<Worker> {
  const port = await freePort()
  const worker = startServer(process.execPath, [join(root, 'infra/local/serve.mjs')], {
    PORT: String(port),
    STATE_DIR: join(folder, 'state'),
    ADMIN_TOKEN: TOKEN,
    GATEWAY_TOKEN: TOKEN,
    SEED: '',
  })
  const origin = `http://127.0.0.1:${port}`
  const healthy = () =>
    fetch(`${origin}/v1/health`).then(
      (r) => r.ok,
      () => false,
    )
  await until('the Worker', () => worker.exitCode !== null || healthy())
  await provision(origin, 2, TOKEN)
  const group = { carrier: true, domain: DOMAIN, entries: [{ ip: CALLER }] }
  const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
  await fetch(`${origin}/v1/address-groups/bench`, { method: 'PUT', headers, body: JSON.stringify(group) })
  return { origin, process: worker }
}

/** The gateway of a checkout, with a callee of its own. */
async function gateway(worker: Worker, folder: string, checkout: string, index: number): Promise<Proxy> {
  const sipPort = await freePort()
  const user = `u0000${index}`
  const { buildGateway } = await import(pathToFileURL(join(checkout, 'infra/local/build-gateway.mjs')).href)
  const gateway = startServer(process.execPath, [await buildGateway(join(folder, `gateway-${index}.mjs`))], {
    STROWGER_URL: worker.origin,
    GATEWAY_TOKEN: TOKEN,
    GATEWAY_NAME: `bench-${index}`,
    LISTEN: `udp:127.0.0.1:${sipPort}`,
    HTTP: 'off',
    // SIPp answers no OPTIONS.
    KEEP_ALIVE: '600',
    LOG_LEVEL: 'error',
  })
  await until('the gateway', () => isBound('127.0.0.1', sipPort))
  await registerCallee(sipPort, user)
  return {
    title: TITLES[index] ?? '',
    number: user,
    address: '127.0.0.1',
    port: sipPort,
    parts: { gateway: () => [gateway.pid ?? 0], Worker: () => workersOf(worker.process.pid ?? 0, 'workerd') },
    stop: () => stopServer(gateway),
  }
}

async function kamailio(folder: string): Promise<Proxy> {
  const port = await freePort()
  const file = join(folder, 'udp-proxy.cfg')
  const template = readFileSync(join(root, 'bench/peers/kamailio/udp-proxy.cfg'), 'utf8')
  writeFileSync(file, template.replace('CALLEE"', `${CALLEE}:26060"`))
  const args = ['-f', file, '-DD', '-E', '-m', '256', '-M', '16', '-l', `udp:127.0.0.1:${port}`]
  const child = startServer('/usr/sbin/kamailio', [...args, '-Y', folder, '-P', join(folder, 'pid'), '-w', folder])
  await until('Kamailio', () => child.exitCode !== null || isBound('127.0.0.1', port))
  return {
    title: 'Kamailio',
    number: 'u00000',
    address: '127.0.0.1',
    port,
    parts: { Kamailio: () => [child.pid ?? 0, ...workersOf(child.pid ?? 0, 'kamailio')] },
    stop: () => stopServer(child),
  }
}

/** The callee registers once from the port that SIPp answers on. */
async function registerCallee(sipPort: number, user: string): Promise<void> {
  const socket = createSocket('udp4')
  socket.bind(26_060, CALLEE)
  await once(socket, 'listening')
  const register = async (cSeq: number, credentials = ''): Promise<string> => {
    const lines = [
      `REGISTER sip:${DOMAIN} SIP/2.0`,
      `Via: SIP/2.0/UDP ${CALLEE}:26060;branch=z9hG4bKbench${cSeq};rport`,
      `From: <sip:${user}@${DOMAIN}>;tag=bench`,
      `To: <sip:${user}@${DOMAIN}>`,
      'Call-ID: bench-registration',
      `CSeq: ${cSeq} REGISTER`,
      `Contact: <sip:sipp@${CALLEE}:26060>`,
      'Expires: 3600',
      'Max-Forwards: 70',
      ...(credentials === '' ? [] : [`Authorization: ${credentials}`]),
      'Content-Length: 0',
    ]
    const answered = once(socket, 'message') as Promise<[Buffer]>
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, sipPort, '127.0.0.1')
    return (await answered)[0].toString('utf8')
  }
  const challenge = await register(1)
  const read = (name: string) => new RegExp(`${name}="([^"]+)"`).exec(challenge)?.[1] ?? ''
  const [realm, nonce] = [read('realm'), read('nonce')]
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const ha1 = md5(`${user}:${realm}:${PASSWORD}`)
  const response = md5(`${ha1}:${nonce}:00000001:c:auth:${md5(`REGISTER:sip:${DOMAIN}`)}`)
  const credentials = [
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="sip:${DOMAIN}"`,
    `response="${response}", algorithm=MD5, cnonce="c", qop=auth, nc=00000001`,
  ].join(', ')
  const final = await register(2, credentials)
  socket.close()
  if (!final.startsWith('SIP/2.0 200')) throw new Error(`the callee is not registered: ${final.split('\r\n')[0]}`)
}

function isBound(address: string, port: number): boolean {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
  const entry = `${bytes.toReversed().join('')}:${port.toString(16).padStart(4, '0').toUpperCase()}`
  return readFileSync('/proc/net/udp', 'utf8').includes(entry)
}

function print(
  rounds: Readonly<Record<string, readonly Round[]>>,
  options: Readonly<Record<string, string | undefined>>,
): void {
  const part = (title: string, name: string) => median((rounds[title] ?? []).map((round) => round[name] ?? Number.NaN))
  const theirs = part('Kamailio', 'Kamailio')
  const ours = part('Strowger', 'gateway')
  const worker = part('Strowger', 'Worker')
  const before = part('Strowger, the other checkout', 'gateway')
  const row = (title: string, micros: number) => [title, show(micros), show(1e6 / micros), show(theirs / micros)]
  printTable(
    `A call through a UDP proxy, ${options.rate} a second, ${options.calls} calls (medians of ${options.rounds} rounds)`,
    ['proxy', 'us CPU per call', 'calls per CPU-s', 'of Kamailio'],
    [
      row('Kamailio, 2 workers', theirs),
      row('the gateway, both ways', ours),
      ...(Number.isNaN(before) ? [] : [row('the gateway of the other checkout', before)]),
      row('gateway and Worker', ours + worker),
    ],
  )
  const version = spawnSync('/usr/sbin/kamailio', ['-v'], { encoding: 'utf8' }).stdout.split('\n')[0]
  console.log(`\n${version}. The gateway is passed twice: from the caller to the Worker, and from there to the callee.`)
}
