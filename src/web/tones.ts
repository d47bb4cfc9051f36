type Pattern = { frequencies: number[]; onSeconds: number; everySeconds: number; volume: number }

const patterns = {
  ring: { frequencies: [523.25, 659.25], onSeconds: 0.9, everySeconds: 2.4, volume: 0.07 },
  ringback: { frequencies: [425], onSeconds: 1, everySeconds: 4, volume: 0.03 },
} satisfies Record<string, Pattern>

export type Tone = keyof typeof patterns

/** Soft ring tones made in the browser. Plays at most one; `quiet` plays none. */
export class Tones {
  readonly #quiet: boolean
  #playing: Tone | undefined
  #context: AudioContext | undefined
  #timer: number | undefined

  constructor(quiet: boolean) {
    this.#quiet = quiet
  }

  play(tone: Tone | undefined): void {
    if (this.#quiet || tone === this.#playing) return
    this.#stop()
    this.#playing = tone
    if (tone) this.#start(patterns[tone])
  }

  #start(pattern: Pattern): void {
    this.#context = new AudioContext()
    this.#burst(pattern)
    this.#timer = window.setInterval(() => this.#burst(pattern), pattern.everySeconds * 1000)
  }

  #stop(): void {
    window.clearInterval(this.#timer)
    void this.#context?.close()
    this.#context = undefined
  }

  #burst(pattern: Pattern): void {
    const context = this.#context
    // A page that nobody has touched yet may not make a sound: bursts would only queue up.
    if (!context || context.state === 'suspended') return
    const volume = context.createGain()
    volume.connect(context.destination)
    shape(volume.gain, context.currentTime, pattern)
    for (const frequency of pattern.frequencies) {
      const oscillator = new OscillatorNode(context, { type: 'sine', frequency })
      oscillator.connect(volume)
      oscillator.start()
      oscillator.stop(context.currentTime + pattern.onSeconds)
    }
  }
}

function shape(gain: AudioParam, now: number, { onSeconds, volume }: Pattern): void {
  gain.setValueAtTime(0, now)
  gain.linearRampToValueAtTime(volume, now + 0.05)
  gain.setValueAtTime(volume, now + onSeconds - 0.25)
  gain.linearRampToValueAtTime(0, now + onSeconds)
}
