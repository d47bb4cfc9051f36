import type { SwitchableBlock } from '../dispatcher/switchable-blocks'
import type { Block } from './router'

/** A block that goes on at once where the domain of the Request-URI has it in its `disabledBlocks`. */
export function switchable<State>(name: SwitchableBlock, block: Block<State>): Block<State> {
  const run: Block<State> = async (c) => {
    const settings = c.callee && (await c.services.domain(c.callee.domain))
    return settings?.disabledBlocks?.includes(name) ? undefined : block(c)
  }
  // Its errors are logged by name.
  return Object.defineProperty(run, 'name', { value: name })
}
