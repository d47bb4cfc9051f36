import type { Block } from '../../../src/routing'
import { sip } from '../../../src/script'

/** The same before all others: requests inside dialogs go no further. */
export function withFirstBlock(block: Block): void {
  const steps: { block: Block }[] = Reflect.get(sip, 'steps')
  steps.unshift({ block })
}

/** Puts a block into the script that the Worker runs, before call features, for all tests after: it must know its own requests. */
export function withBlock(block: Block): void {
  const steps: { block: Block }[] = Reflect.get(sip, 'steps')
  const features = steps.findIndex((step) => step.block.name === 'callFeatures')
  if (features < 0) throw new Error('the script has no call features')
  steps.splice(features, 0, { block })
}
