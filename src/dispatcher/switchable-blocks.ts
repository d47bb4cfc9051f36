/** Blocks of the default script that a domain may do without. The others keep what they guard in order, for everybody. */
export const SWITCHABLE_BLOCKS = [
  'digestAuth',
  'speedDial',
  'numbers',
  'aliases',
  'callFeatures',
  'dialogEvents',
  'carriers',
  'offlineMessages',
] as const

/** Those that serve the caller: what his own domain says counts, wherever he calls. */
export const BLOCKS_OF_CALLERS: readonly string[] = ['digestAuth', 'speedDial', 'carriers']

export type SwitchableBlock = (typeof SWITCHABLE_BLOCKS)[number]
