import { join } from 'node:path'
import { root } from './bootstrap.mjs'
import { buildForNode } from './build-node.mjs'

/** The gateway as one file. Answers its path. */
export function buildGateway(outFile = join(root, 'dist/gateway/gateway.mjs')) {
  return buildForNode('src/gateway/main.ts', outFile)
}
