import type { Io } from '../../../src/cli/io'

export interface Recorded extends Io {
  readonly printed: string[]
  readonly complaints: string[]
}

/** A command's surroundings, with what it has said. */
export function recordingIo(
  facts: Partial<Pick<Io, 'env' | 'root' | 'columns'>> & { readonly secret?: string } = {},
): Recorded {
  const printed: string[] = []
  const complaints: string[] = []
  const { env = {}, root = '/nonexistent', columns, secret = '' } = facts
  return {
    env: { XDG_CONFIG_HOME: '/nonexistent', ...env },
    root,
    columns,
    printed,
    complaints,
    print: (line) => void printed.push(line),
    complain: (line) => void complaints.push(line),
    askSecret: async () => secret,
    save: async () => {},
    readInput: async () => secret,
  }
}
