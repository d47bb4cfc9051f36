/** Ready-made blocks, in the order of the default script. */

export { callFeatures } from './call-features'
export { digestAuth } from './digest-auth'
export { type EmergencyOptions, emergency } from './emergency'
export { keepAlive } from './keep-alive'
export { location } from './location'
export { maxForwards } from './max-forwards'
export { noOpenRelay } from './no-open-relay'
export { registrar } from './registrar'
export { sanity } from './sanity'
export { scannerFilter } from './scanner-filter'
export { withinDialog } from './within-dialog'
