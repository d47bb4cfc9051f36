import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Account } from '../../support/admin-api'
import { SipFrame } from '../../support/sip-frame'
import { PeerProcess } from './peers'

const SIP_PORT = 26_060
const CONTROL_PORT = 26_460
const WAIT_MS = 15_000
const SAMPLES_PER_SECOND = 8_000
const TONE_HZ = 1_400

/** As baresip's module ctrl_tcp reports it. */
interface BaresipEvent {
  readonly type: string
  readonly param?: string
  readonly peeruri?: string
}

/** baresip with a tone of its own: a desk phone on UDP, registered through the gateway, or a server that answers. */
export class Baresip {
  readonly toneHz = TONE_HZ
  /** Where it listens, `127.0.9.1:26060`. */
  readonly host: string
  private readonly folder: string
  private readonly process: PeerProcess
  private readonly control: Socket
  private readonly events: BaresipEvent[] = []
  private arrived: (() => void) | undefined

  /** A desk phone. */
  static start(account: Account, address: string, gateway: { address: string; port: number }): Promise<Baresip> {
    const { username, domain, password } = account
    const known = `<sip:${username}@${domain};transport=udp>;auth_user=${username};auth_pass=${password}`
    const way = `outbound="sip:${gateway.address}:${gateway.port};transport=udp";regint=120;answermode=manual`
    return Baresip.open(address, [`${known};${way}`])
  }

  /** A server that answers every call for one of these users at once. */
  static server(address: string, users: readonly string[]): Promise<Baresip> {
    const accountOf = (user: string) => `<sip:${user}@${address};transport=udp>;auth_pass=none;regint=0;answermode=auto`
    return Baresip.open(address, users.map(accountOf))
  }

  private static async open(address: string, accounts: readonly string[]): Promise<Baresip> {
    const folder = mkdtempSync(join(tmpdir(), 'strowger-baresip-'))
    const config = [
      'poll_method epoll',
      `sip_listen ${address}:${SIP_PORT}`,
      `net_interface ${address}`,
      `audio_source aufile,${join(folder, 'tone.wav')}`,
      'audio_player aubridge,sink',
      'audio_alert aubridge,alert',
      'rtp_ports 28000-28998',
      `snd_path ${folder}`,
      `ctrl_tcp_listen ${address}:${CONTROL_PORT}`,
      'module_path /usr/lib/baresip/modules',
      'module g711.so',
      'module aubridge.so',
      'module aufile.so',
      'module sndfile.so',
      'module_app account.so',
      'module_app menu.so',
      'module_app ctrl_tcp.so',
    ]
    const lines = accounts.map((account) => `${account};audio_codecs=pcmu,pcma\n`)
    writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`)
    writeFileSync(join(folder, 'tone.wav'), toneOf(TONE_HZ, 60))
    writeFileSync(join(folder, 'accounts'), lines.join(''))
    const process = new PeerProcess('baresip', ['-4', '-f', folder, '-s', '-v'])
    try {
      await process.listens(address, SIP_PORT)
      return new Baresip(`${address}:${SIP_PORT}`, folder, process, await controlOf(address))
    } catch (cause) {
      await process.end()
      throw new Error(`baresip does not start:\n${process.output()}`, { cause })
    }
  }

  private constructor(host: string, folder: string, process: PeerProcess, control: Socket) {
    this.host = host
    this.folder = folder
    this.process = process
    this.control = control
    let rest = ''
    control.setEncoding('utf8').on('data', (chunk) => {
      rest = this.read(rest + chunk)
    })
  }

  /** Takes netstrings (`12:twelve chars,`) off the front. */
  private read(text: string): string {
    let left = text
    for (let match = /^(\d+):/.exec(left); match; match = /^(\d+):/.exec(left)) {
      const start = match[0].length
      const end = start + Number(match[1])
      if (left.length <= end) return left
      const message = JSON.parse(left.slice(start, end)) as BaresipEvent & { event?: boolean }
      if (message.event) this.events.push(message)
      this.arrived?.()
      left = left.slice(end + 1)
    }
    return left
  }

  /** Requests of this method as they came in, each as often as it came. */
  requests(method: string): SipFrame[] {
    const texts = this.process.output().split(/^(?=[A-Z]+ sips?:\S+ SIP\/2\.0|SIP\/2\.0 \d{3} )/m)
    return texts.filter((text) => text.startsWith(`${method} `)).map((text) => new SipFrame(text))
  }

  /** A command of its menu: `accept`, `hangup`, `dial sip:…`. */
  does(command: string, params = ''): void {
    const text = JSON.stringify({ command, params, token: command })
    this.control.write(`${Buffer.byteLength(text)}:${text},`)
  }

  /** Waits for the next event of this type: `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`. */
  async notes(type: string): Promise<BaresipEvent> {
    const deadline = Date.now() + WAIT_MS
    for (;;) {
      const at = this.events.findIndex((event) => event.type === type)
      const [found] = at < 0 ? [] : this.events.splice(at, 1)
      if (found) return found
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`no ${type}; ${JSON.stringify(this.events)}\n${this.process.output()}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.arrived = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** The strongest of these tones in what it heard during its calls so far, which are over; 0 for silence. */
  heardHz(...tones: readonly number[]): number {
    const dumps = readdirSync(this.folder).filter((file) => file.endsWith('-dec.wav'))
    const samples = dumps.flatMap((file) => samplesOf(readFileSync(join(this.folder, file))))
    const powers = tones.map((hz) => ({ hz, power: powerAt(hz, samples) }))
    const strongest = powers.toSorted((a, b) => b.power - a.power)[0]
    return strongest && strongest.power > 0 ? strongest.hz : 0
  }

  async end(): Promise<void> {
    this.control.destroy()
    await this.process.end()
    rmSync(this.folder, { recursive: true })
  }
}

/** Its control port, which opens a little later than the one for SIP. */
async function controlOf(address: string): Promise<Socket> {
  for (let left = 100; ; left--) {
    const socket = connect(CONTROL_PORT, address)
    const failure = await once(socket, 'connect').then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure === undefined) return socket.on('error', () => {})
    if (left === 0) throw failure
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const WAV_HEADER = 44

/** A WAV file: 16 bits, one channel. */
function toneOf(hz: number, seconds: number): Buffer {
  const count = seconds * SAMPLES_PER_SECOND
  const file = Buffer.alloc(WAV_HEADER + 2 * count)
  file.write('RIFF', 0)
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(SAMPLES_PER_SECOND, 24)
  file.writeUInt32LE(2 * SAMPLES_PER_SECOND, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(2 * count, 40)
  for (let i = 0; i < count; i++)
    file.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / SAMPLES_PER_SECOND)), WAV_HEADER + 2 * i)
  return file
}

function samplesOf(file: Buffer): number[] {
  return Array.from({ length: (file.length - WAV_HEADER) >> 1 }, (_, i) => file.readInt16LE(WAV_HEADER + 2 * i))
}

/** Goertzel's, over pieces of 100 ms so that a slip of the clock does not cancel it. */
function powerAt(hz: number, samples: readonly number[]): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / SAMPLES_PER_SECOND)
  let power = 0
  for (let start = 0; start < samples.length; start += SAMPLES_PER_SECOND / 10) {
    let [last, beforeLast] = [0, 0]
    for (const sample of samples.slice(start, start + SAMPLES_PER_SECOND / 10))
      [last, beforeLast] = [sample + coefficient * last - beforeLast, last]
    power += last ** 2 + beforeLast ** 2 - coefficient * last * beforeLast
  }
  return power
}
