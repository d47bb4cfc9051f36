import type { GatewayQuestion } from '../dispatcher/questions'
import { type EndedMedia, MAX_ENDED_MEDIA } from '../media/statistics'
import { hash } from '../platform/hash'
import { keyedMac } from '../platform/mac'
import { randomToken } from '../platform/random'
import { decodeFrame } from '../sip/message/octets'
import { remembering } from '../sip/message/remembering'
import type { SipUri } from '../sip/message/uri'
import { readFrame } from '../sip/outbound/receive'
import type { NetworkAddress } from '../sip/transport/hop'
import { ConfigurationSource } from './configuration'
import { CallTraces } from './core/call-traces'
import { Dispatcher } from './core/dispatcher'
import { NO_MEDIA } from './core/media'
import { OwnRequests } from './core/own-requests'
import { PhoneKeepAlive } from './core/phone-keep-alive'
import type { Ports } from './core/ports'
import { Relay } from './core/relay'
import { TrunkRegistrations } from './core/trunks'
import { Gathered } from './gathered'
import { Link } from './link/link'
import type { Log } from './log'
import { Engines } from './media/engines'
import { MediaRelay } from './media/media-relay'
import { type Dns, systemDns } from './resolve/dns'
import { resolve } from './resolve/resolve'
import type { Settings } from './settings'
import { FloodGuard } from './transport/flood-guard'
import { Network } from './transport/network'

/** How long changes are gathered before they are reported, and how often is reported without any. */
export const REPORT_AFTER_MS = 500
export const REPORT_EVERY_MS = 60_000
/** How long the media of calls that have ended are gathered before the Worker is told. */
export const TELL_MEDIA_AFTER_MS = 1_000

export interface GatewayParts {
  readonly log: Log
  readonly dns?: Dns
}

/** The whole gateway: sockets to carriers, the link to the Worker, and SIP between them. */
export class Gateway {
  readonly network: Network
  readonly link: Link
  readonly relay: Relay
  readonly dispatcher: Dispatcher
  readonly trunks: TrunkRegistrations
  readonly media: MediaRelay
  readonly flood: FloodGuard
  private readonly traces: CallTraces
  private readonly engines: Engines
  private readonly ended: Gathered<EndedMedia>
  readonly own: OwnRequests
  private readonly phones: PhoneKeepAlive
  private readonly configuration: ConfigurationSource
  private readonly log: Log
  private reportTimer: NodeJS.Timeout | undefined
  private readonly reports: NodeJS.Timeout

  constructor(settings: Settings, { log, dns = systemDns() }: GatewayParts) {
    this.log = log
    this.engines = new Engines(settings.engines === 'off' ? [] : settings.engines, log, settings.region)
    this.ended = new Gathered(TELL_MEDIA_AFTER_MS, MAX_ENDED_MEDIA, (calls) => this.configuration.mediaEnded(calls))
    this.media = new MediaRelay(this.engines, log, (media) => this.ended.add(media))
    const { url, token, name, sockets } = settings
    const ports: Ports = {
      nowMs: Date.now,
      random: () => randomToken(9),
      mac: remembering(keyedMac(`gateway|${token}`)),
      log,
      toNetwork: (frame, to, options) => this.network.send(frame, to, options),
      toLink: (frame, socket) => this.link.send(frame, socket),
    }
    const sentBy = (to: Omit<NetworkAddress, 'port'>) => this.network.sentBy(to)
    const addresses = async (uri: SipUri) => (await resolve(uri, dns)).filter((to) => this.network.reaches(to))
    const onChanged = () => this.reportSoon()
    const carriers = async (uri: SipUri, socket: string | undefined) => {
      const found = await addresses(uri)
      for (const { address } of found) this.flood.name(address)
      return socket === undefined ? found : this.network.over(socket, found)
    }
    this.traces = new CallTraces(name)
    this.flood = new FloodGuard({ nowMs: Date.now, log, isPhone: (address) => this.phones.isAt(address) })
    this.network = new Network(settings.listeners, {
      log,
      admits: (address) => this.flood.admits(address),
      newTag: randomToken,
      onMessage: (message, source) => void this.relay.fromNetwork(message, source),
      onWire: (way, text, address) => this.traces.note(way, text, address, Date.now()),
    })
    this.own = new OwnRequests(ports, sentBy)
    this.phones = new PhoneKeepAlive({
      ports,
      own: this.own,
      everyMs: settings.keepAliveSeconds * 1_000,
      sentBy,
      onGone: (phone) => void this.configuration.phoneGone(phone),
    })
    this.trunks = new TrunkRegistrations({ ports, own: this.own, sentBy, hash, resolve: carriers, onChanged })
    const socketOf = (trunk: string) => this.trunks.socketOf(trunk)
    this.dispatcher = new Dispatcher({ name, ports, own: this.own, sentBy, resolve: carriers, socketOf, onChanged })
    this.relay = new Relay({
      name,
      ports,
      media: settings.engines === 'off' ? NO_MEDIA : this.media,
      destinations: this.dispatcher,
      trunks: this.trunks,
      sentBy,
      reaches: (to) => this.network.reaches(to),
      ownHosts: () => this.network.hosts,
      resolve: addresses,
      socketOf: (callId) => this.link.socketOf(callId),
      isPhone: (source) => this.phones.isFrom(source),
      onRegistered: (phone, contact) => this.phones.registered(phone, contact),
      sendOwn: (request, to) => void this.own.send(request, to),
      onOwnResponse: (response) => this.own.response(response),
    })
    this.configuration = new ConfigurationSource({
      url,
      token,
      name,
      log,
      onConfigured: ({ sets, trunks, unreadable, networks = [] }) => {
        this.flood.configure(networks)
        this.dispatcher.configure(sets)
        this.trunks.configure(trunks, unreadable)
      },
    })
    this.link = new Link({
      url,
      token,
      name,
      sockets,
      log,
      onFrame: (frame, socket) => this.fromLink(frame, socket),
      onConfigurationChanged: () => void this.configuration.fetch(),
      onProberNews: (news) => this.dispatcher.heard(news),
      onQuestion: (id, question) => void this.configuration.answer(id, this.answerTo(question)),
      onUp: (socket) => {
        void this.relay.linkUp(socket)
        void this.configuration.fetch()
        this.reportSoon()
      },
    })
    this.reports = setInterval(() => this.reportSoon(), REPORT_EVERY_MS)
  }

  /** Throws an Error of one line when an address can't be had. */
  async start(): Promise<void> {
    await this.network.listen()
    await this.engines.start()
    this.link.open()
    this.log('info', 'gateway.started', { listens: this.network.own() })
  }

  async stop(): Promise<void> {
    clearTimeout(this.reportTimer)
    clearInterval(this.reports)
    this.configuration.stop()
    this.dispatcher.stop()
    this.trunks.stop()
    this.phones.stop()
    this.own.stop()
    this.relay.stop()
    this.link.close()
    this.engines.stop()
    await this.ended.flush()
    await this.network.close()
  }

  describe() {
    return {
      links: this.link.up,
      underWay: this.relay.underWay,
      sets: this.dispatcher.describe(),
      trunks: this.trunks.describe(),
      media: this.media.snapshot(),
      counters: this.relay.counters,
      own: this.own.counters,
      listeners: this.network.own(),
      transports: this.network.counters,
      bans: this.flood.bans(),
    }
  }

  private async report(): Promise<void> {
    const found = this.dispatcher.found()
    const news = await this.configuration.report({ ...this.describe(), ...(found ? { found } : {}) })
    if (news) this.dispatcher.heard(news)
  }

  /** Null for what this version does not know. */
  private answerTo(question: GatewayQuestion): unknown {
    switch (question.about) {
      case 'trunk-trace':
        return this.trunks.trace(question.trunk)
      case 'call':
        return this.traces.of(question.callId)
      case 'bans':
        return this.flood.bans()
      case 'lift-ban':
        return this.flood.lift(question.source)
      default:
        return null
    }
  }

  private fromLink(frame: string | Uint8Array, socket: number): void {
    const incoming = readFrame(decodeFrame(frame), () => randomToken())
    if (incoming.type === 'request') void this.relay.fromLink(incoming.request, socket)
    else if (incoming.type === 'response') void this.relay.fromLink(incoming.response, socket)
  }

  private reportSoon(): void {
    this.reportTimer ??= setTimeout(() => {
      this.reportTimer = undefined
      void this.report()
    }, REPORT_AFTER_MS)
  }
}
