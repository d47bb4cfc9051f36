// `npm run gateway`: builds the gateway and runs it, or only builds it (`--build`).
import { bootstrap } from './bootstrap.mjs'

await bootstrap(async () => {
  const { buildGateway } = await import('./build-gateway.mjs')
  const file = await buildGateway()
  if (process.argv.includes('--build')) return console.log(file)
  // In this process, with the arguments that are left.
  await import(file)
})
