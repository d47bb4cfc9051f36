/** Blocks of the default script that a domain may do without. The others keep what they guard in order, for everybody. */
export const SWITCHABLE_BLOCKS = [
  'digestAuth',
  'speedDial',
  'numbers',
  'aliases',
  'callFeatures',
  'carriers',
  'offlineMessages',
] as const

export type SwitchableBlock = (typeof SWITCHABLE_BLOCKS)[number]
