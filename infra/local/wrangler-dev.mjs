import { root } from './bootstrap.mjs'
import { offline } from './build-worker.mjs'
import { startChild } from './processes.mjs'

/** `wrangler dev` on our address; its output is held back until `showLog()`. */
export function startWrangler(settings) {
  const args = ['dev', '--ip', settings.host, '--port', String(settings.port), '--local-protocol', 'http']
  args.push('--persist-to', settings.state, '--inspector-port', '0', '--show-interactive-dev-session', 'false')
  args.push('--log-level', 'warn')
  // Not required for a deployment, so wrangler does not take them from the environment.
  args.push('--var', `GATEWAY_TOKEN:${settings.gatewayToken}`, `SECRETS_KEY:${settings.secretsKey}`)
  const child = startChild('wrangler', args, {
    cwd: root,
    env: { ...process.env, ...offline, ADMIN_TOKEN: settings.adminToken, TOKEN_SECRET: settings.tokenSecret },
  })
  let held = []
  const take = (chunk) => (held ? held.push(chunk) : process.stderr.write(chunk))
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  child.showLog = () => {
    for (const chunk of held ?? []) process.stderr.write(chunk)
    held = undefined
  }
  return child
}
