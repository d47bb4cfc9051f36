/** Secrets that a deployment may do without: wrangler does not know them. */
interface OptionalSecrets {
  /** What gateways authenticate with; without it there are none. */
  readonly GATEWAY_TOKEN?: string
  /** Encrypts the secrets of trunks at rest. */
  readonly SECRETS_KEY?: string
}

interface Env extends OptionalSecrets {}

declare namespace Cloudflare {
  interface Env extends OptionalSecrets {}
}
