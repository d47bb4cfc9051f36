import { BLOCKS_OF_CALLERS, type SwitchableBlock } from '../dispatcher/switchable-blocks'
import type { Context } from './context'
import type { Block } from './router'

/**
 * A block that goes on at once where a domain has it in its `disabledBlocks`. What serves the caller (`speedDial`, `carriers`) asks
 * the domain of who has proved himself: nobody gets what his own domain does without by dialling into another one. What serves the
 * callee, and requests of who has proved nothing, ask the domain of the Request-URI.
 */
export function switchable<State>(name: SwitchableBlock, block: Block<State>): Block<State> {
  const run: Block<State> = async (c) => {
    const domain = domainThatRules(name, c)
    const settings = domain === undefined ? undefined : await c.services.domain(domain)
    if (!settings?.disabledBlocks?.includes(name)) return block(c)
    c.why?.(`${domain} does without it`)
  }
  // Its errors are logged by name.
  return Object.defineProperty(run, 'name', { value: name })
}

function domainThatRules(name: SwitchableBlock, { identity, callee }: Context<never>): string | undefined {
  const isOfCaller = identity !== undefined && BLOCKS_OF_CALLERS.includes(name)
  return isOfCaller ? identity.slice(identity.lastIndexOf('@') + 1) : callee?.domain
}
