import type { MediaStats } from './phone-api'

/**
 * Runs before the page: the microphone is a sine tone of this phone's own frequency, and every remote track is played and
 * analysed. The SIP client libraries stay as they are and use the ordinary browser interfaces.
 */
const SILENCE_DECIBELS = -60
const audio = new AudioContext()
const peers: RTCPeerConnection[] = []
let ear: AnalyserNode | undefined

class ObservedPeerConnection extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    peers.push(this)
    this.addEventListener('track', (event) => listen(event.track))
  }
}

function microphone(): MediaStream {
  const tone = new OscillatorNode(audio, { frequency: globalThis.toneHz })
  const stream = audio.createMediaStreamDestination()
  tone.connect(stream)
  tone.start()
  return stream.stream
}

/** A remote track is decoded only when something plays it. */
function listen(track: MediaStreamTrack): void {
  if (track.kind !== 'audio') return
  const stream = new MediaStream([track])
  const loudspeaker = new Audio()
  loudspeaker.srcObject = stream
  loudspeaker.autoplay = true
  void loudspeaker.play().catch(() => undefined)
  ear = new AnalyserNode(audio, { fftSize: 4096, smoothingTimeConstant: 0 })
  audio.createMediaStreamSource(stream).connect(ear)
}

function heardHz(): number {
  if (!ear) return 0
  const levels = new Float32Array(ear.frequencyBinCount)
  ear.getFloatFrequencyData(levels)
  const loudest = levels.reduce((best, level, bin) => (level > (levels[best] ?? level) ? bin : best), 0)
  const silent = (levels[loudest] ?? SILENCE_DECIBELS) <= SILENCE_DECIBELS
  return silent ? 0 : (loudest * audio.sampleRate) / ear.fftSize
}

async function stats(): Promise<MediaStats> {
  const peer = peers.findLast((candidate) => candidate.connectionState !== 'closed')
  let packetsReceived = 0
  let totalAudioEnergy = 0
  for (const report of (await peer?.getStats())?.values() ?? []) {
    if (report.type !== 'inbound-rtp' || report.kind !== 'audio') continue
    packetsReceived += report.packetsReceived
    totalAudioEnergy += report.totalAudioEnergy ?? 0
  }
  return { packetsReceived, totalAudioEnergy, heardHz: heardHz() }
}

globalThis.RTCPeerConnection = ObservedPeerConnection
if (navigator.mediaDevices) {
  navigator.mediaDevices.getUserMedia = async () => {
    await audio.resume()
    return microphone()
  }
}
globalThis.media = { stats }
