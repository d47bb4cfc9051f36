import { UA } from 'jssip'
import type { CallSnapshot } from './call'
import { CallView } from './call-view'
import { showChooser } from './chooser'
import { button, part } from './dom'
import { LoggedSocket } from './logged-socket'
import { Messenger } from './messenger'
import { showRegistration } from './registration-view'
import { RemoteAudio } from './remote-audio'
import { demoUsers, type Settings, settingsFrom } from './settings'
import { SipLog } from './sip-log'
import { Switchboard } from './switchboard'
import { type Tone, Tones } from './tones'

const settings = settingsFrom(location.search, location)
if (settings) startPhone(settings)
else showChooser()

function startPhone(settings: Settings): void {
  part('phone').hidden = false
  part('own-number').textContent = settings.user
  part('own-address').textContent = `sip:${settings.user}@${settings.domain}`

  const log = new SipLog()
  const ua = new UA({
    sockets: [new LoggedSocket(settings.server, (direction, text) => log.add(direction, text))],
    uri: `sip:${settings.user}@${settings.domain}`,
    password: settings.password,
  })
  const others = demoUsers.filter((user) => user !== settings.user)
  const messenger = new Messenger(ua, settings.domain, others)
  const audio = new RemoteAudio()
  const tones = new Tones(settings.quiet)
  const switchboard = new Switchboard(
    ua,
    settings.domain,
    (snapshot) => show(snapshot),
    (connection) => audio.follow(connection),
  )
  const view = new CallView({
    dial: (target) => void switchboard.dial(target),
    answer: () => void switchboard.answer(),
    reject: () => switchboard.reject(),
    hangUp: () => switchboard.hangUp(),
    toggleMute: () => switchboard.toggleMute(),
    toggleHold: () => switchboard.toggleHold(),
    sendDigit: (digit) => switchboard.sendDigit(digit),
  })

  const show = (snapshot: CallSnapshot) => {
    view.render(snapshot)
    tones.play(toneFor(snapshot))
    document.title = titleFor(snapshot, settings.user)
    if (snapshot.state === 'calling' || snapshot.state === 'incoming') messenger.show(snapshot.peer)
  }

  offerQuickDial(others, (peer) => void switchboard.dial(peer))
  part<HTMLInputElement>('dial').addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement) messenger.show(target.value)
  })
  showRegistration(ua, settings.user)
  document.title = settings.user
  ua.start()
  leaveTidily(ua)
}

/** Takes the tab's binding and call away with the tab. */
function leaveTidily(ua: UA): void {
  window.addEventListener('pagehide', () => ua.stop())
  // A page that the browser kept and shows again has a stopped phone in it.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
}

function offerQuickDial(peers: string[], dial: (peer: string) => void): void {
  const field = part<HTMLInputElement>('dial')
  const buttons = peers.map((peer) => {
    const call = button('quick', peer, () => {
      field.value = peer
      dial(peer)
    })
    call.dataset.testid = `quick-${peer}`
    call.setAttribute('aria-label', `Call ${peer}`)
    return call
  })
  part('quick-dial').append(...buttons)
  field.value = peers[0] ?? ''
}

function toneFor({ state, answering }: CallSnapshot): Tone | undefined {
  if (state === 'incoming' && !answering) return 'ring'
  return state === 'ringing' ? 'ringback' : undefined
}

function titleFor({ state, peer }: CallSnapshot, user: string): string {
  if (state === 'incoming') return `☎ ${peer} calls ${user}`
  return state === 'talking' || state === 'held' ? `${user} – ${peer}` : user
}
