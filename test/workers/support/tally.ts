import { vi } from 'vitest'
import { FlowObject, LocationObject } from '../../../src/index'

/** Calls of objects, by `Class.method`: what the platform bills as requests, and the frames of WebSockets. */
export class Tally {
  readonly calls: string[] = []
  private readonly spies: { mockRestore(): void }[] = []

  constructor() {
    for (const { prototype, name, methods } of PUBLIC) this.watch(prototype, name, methods)
  }

  private watch(prototype: object, name: string, names: readonly string[]): void {
    const methods = prototype as Record<string, (...args: unknown[]) => unknown>
    for (const method of names) {
      const original = methods[method]
      if (!original) throw new Error(`${name} has no ${method}`)
      const { calls } = this
      const spy = vi.spyOn(methods, method).mockImplementation(function (this: unknown, ...args: unknown[]) {
        calls.push(`${name}.${method}`)
        return original.apply(this, args)
      })
      this.spies.push(spy)
    }
  }

  /** Calls since the last look, but not frames. */
  requests(): string[] {
    return this.take().filter((call) => !call.includes('webSocket'))
  }

  /** Everything since the last look. */
  take(): string[] {
    return this.calls.splice(0)
  }

  stop(): void {
    for (const spy of this.spies) spy.mockRestore()
  }
}

/** What is called from outside of each object. */
const PUBLIC = [
  {
    prototype: FlowObject.prototype,
    name: 'FlowObject',
    methods: [
      'fetch',
      'webSocketMessage',
      'webSocketClose',
      'webSocketError',
      'deliver',
      'bindingsChanged',
      'expiryOf',
      'revoke',
      'watched',
      'response',
      'branchClosed',
      'bye',
      'describe',
      'ends',
      'alarm',
    ],
  },
  {
    prototype: LocationObject.prototype,
    name: 'LocationObject',
    methods: [
      'authenticate',
      'register',
      'lookup',
      'flowOf',
      'detach',
      'unreachable',
      'subscriberChanged',
      'setFeatures',
      'subscribe',
      'hear',
      'notifyRefused',
      'alarm',
      'describe',
    ],
  },
] as const
