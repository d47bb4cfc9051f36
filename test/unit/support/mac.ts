import { keyedMac } from '../../../src/platform/mac'

/** The keyed hash of the deployment under test, and that of somebody else. */
export const mac = keyedMac('a secret of the tests, 32 characters')
export const foreignMac = keyedMac('the secret of another deployment')
