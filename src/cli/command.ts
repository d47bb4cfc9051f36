import type { Io } from './io'
import type { Session } from './session'

/** An option of a command, `--name`. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  /** May be given several times. */
  readonly multiple?: true
  /** What stands for its value in the help: `SECONDS`. */
  readonly value?: string
  readonly summary: string
}

type OptionSpecs = Readonly<Record<string, OptionSpec>>

type ValueOf<S extends OptionSpec> = S['type'] extends 'boolean'
  ? boolean
  : S extends { readonly multiple: true }
    ? readonly string[]
    : string | undefined

type NameOf<A extends string> = A extends `${infer Name}?` ? Name : A extends `${infer Name}...` ? Name : A
type ArgumentOf<A extends string> = A extends `${string}?`
  ? string | undefined
  : A extends `${string}...`
    ? readonly string[]
    : string

export type OptionsOf<O extends OptionSpecs> = { readonly [K in keyof O]: ValueOf<O[K]> }
export type ArgumentsOf<A extends readonly string[]> = { readonly [K in A[number] as NameOf<K>]: ArgumentOf<K> }

/** What a command is called with. */
export interface Call<A, O> {
  readonly args: A
  readonly options: O
  /** For programs: the data are printed, the text is not. */
  readonly json: boolean
  readonly session: Session
  readonly io: Io
}

/** What a command has to say. */
export interface Answer {
  /** For programs (`--json`). */
  readonly data: unknown
  /** For people, without a line end. */
  readonly text: string
  /** True: it was carried out and found that something is wrong. */
  readonly failed?: boolean
  /** Exit status when it failed; 1 when absent. */
  readonly status?: number
}

export interface Command {
  /** `domain add` */
  readonly words: string
  readonly summary: string
  /** What it is over REST: `POST /v1/domains`. */
  readonly rest: readonly string[]
  /** `NAME`, `NAME?` (may be left out), `NAME...` (one or more). */
  readonly args: readonly string[]
  readonly options: OptionSpecs
  /** What there is to know besides. */
  readonly details?: string
  readonly examples: readonly string[]
  run(call: Call<unknown, unknown>): Promise<Answer>
}

interface CommandSpec<A extends readonly string[], O extends OptionSpecs>
  extends Omit<Command, 'args' | 'options' | 'run'> {
  readonly args?: A
  readonly options?: O
  run(call: Call<ArgumentsOf<A>, OptionsOf<O>>): Promise<Answer>
}

/** A command whose arguments and options have the types that its description gives them. */
export function command<
  const A extends readonly string[] = [],
  const O extends OptionSpecs = Record<never, OptionSpec>,
>(spec: CommandSpec<A, O>): Command {
  return {
    ...spec,
    args: spec.args ?? [],
    options: spec.options ?? {},
    run: (call) => spec.run(call as Call<ArgumentsOf<A>, OptionsOf<O>>),
  }
}
