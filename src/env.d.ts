/** What a deployment may do without: wrangler does not know the secrets. */
interface OptionalSettings {
  /** What gateways authenticate with; without it there are none. */
  readonly GATEWAY_TOKEN?: string
  /** Encrypts the secrets of trunks at rest. */
  readonly SECRETS_KEY?: string
  /** Where alerts go that no domain has a receiver for. */
  readonly ALERT_URL?: string
  /** What these are signed with. */
  readonly ALERT_SECRET?: string
  /** `debug`: each decision of the script is logged with its steps. */
  readonly LOG_LEVEL?: string
}

interface Env extends OptionalSettings {}

declare namespace Cloudflare {
  interface Env extends OptionalSettings {}
}
