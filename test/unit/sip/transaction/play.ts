import { expect } from 'vitest'
import type { Step } from '../../../../src/sip/transaction/step'

/** A machine whose state goes through JSON before every input, as it does when its object is evicted in between. */
export class Play<S, I, E> {
  readonly #step: (state: S, input: I) => Step<S, E>
  state: S
  /** What the last input, or the start, made the owner do. */
  effects: readonly E[]

  constructor(start: Step<S, E>, step: (state: S, input: I) => Step<S, E>) {
    this.#step = step
    this.state = throughJson(start.state)
    this.effects = start.effects
  }

  give(...inputs: readonly I[]): this {
    for (const input of inputs) {
      const { state, effects } = this.#step(this.state, input)
      this.state = throughJson(state)
      this.effects = throughJson(effects)
    }
    return this
  }

  /** The input changes nothing and causes nothing. */
  absorbs(...inputs: readonly I[]): void {
    for (const input of inputs) {
      const next = this.#step(this.state, input)
      expect(next.state, JSON.stringify(input)).toStrictEqual(this.state)
      expect(next.effects, JSON.stringify(input)).toEqual([])
    }
  }
}

function throughJson<T>(value: T): T {
  const copy: T = JSON.parse(JSON.stringify(value))
  expect(copy).toStrictEqual(value)
  return copy
}

export const start = (timer: string, afterMs: number) => ({ type: 'start-timer', timer, afterMs })
export const stop = (timer: string) => ({ type: 'stop-timer', timer })
export const terminate = { type: 'terminate' }
export const transportFailed = { type: 'transport-failed' }
export const deliver = { type: 'deliver' }
export const sendRequest = { type: 'send-request' }
export const send = (response: string) => ({ type: 'send-response', response })
