#!/usr/bin/env node
// `npx strowger`, `npm run strowger`: builds the command line and runs it, under the Node that is there.
import { join } from 'node:path'
import { ensureInstalled, root } from './bootstrap.mjs'

ensureInstalled()
const { buildForNode } = await import('./build-node.mjs')
process.env.STROWGER_ROOT ??= root
// In this process, with its arguments.
await import(await buildForNode('src/cli/main.ts', join(root, 'dist/cli/strowger.mjs')))
