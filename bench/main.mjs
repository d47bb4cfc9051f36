// `npm run bench`, `bench:pair`, `bench:profile`, `bench:parser`, `bench:cost`, `bench:scale`, `bench:gateway`, `bench:media`: bundles bench/ and runs one of its commands.
import { bootstrap, fail, root } from '../infra/local/bootstrap.mjs'

await bootstrap(async () => {
  const { buildAll } = await import('./build.mjs')
  const [name = 'run', ...args] = process.argv.slice(2)
  if (!['run', 'pair', 'parser', 'cost', 'scale', 'gateway', 'media', 'profile'].includes(name))
    fail(`no benchmark is called "${name}".`)
  await buildAll(name)
  const { main } = await import(`${root}/dist/bench/${name}.mjs`)
  await main(args)
})
