/** Where a command gets its input and where its output goes. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that STATE_DIR is relative to: the checkout, as for the servers. */
  readonly root: string
  /** Columns of the terminal; undefined when the output goes elsewhere: then nothing is cut. */
  readonly columns: number | undefined
  print(line: string): void
  complain(line: string): void
  /** One line that nobody sees being typed; without a terminal the first line of the input. */
  askSecret(prompt: string): Promise<string>
  /** Writes a file; `-`: to the output. Fails, saying why. */
  save(file: string, bytes: Uint8Array): Promise<void>
  /** All of the input. */
  readInput(): Promise<string>
}
