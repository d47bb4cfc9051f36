/** The emergency numbers of a domain. Plain JSON. */
export interface EmergencyNumbers {
  /** As they are dialled, without separators: `['000', '112']`. */
  readonly numbers: string[]
  /** A dispatcher set, or `user@domain` whose phones ring. */
  readonly route: string
  /** Who is told of each call, on all devices: `user@domain`. */
  readonly notify?: string | undefined
}

/** What can be an emergency number. */
export const EMERGENCY_NUMBER = /^\+?[0-9*#]{2,15}$/
