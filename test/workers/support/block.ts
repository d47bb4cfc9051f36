import type { Block } from '../../../src/routing'
import { sip } from '../../../src/script'

/** Puts a block into the script that the Worker runs, before the last one, for all tests after: it must know its own requests. */
export function withBlock(block: Block): void {
  const steps: { block: Block }[] = Reflect.get(sip, 'steps')
  steps.splice(-1, 0, { block })
}
