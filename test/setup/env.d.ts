import type { D1Migration } from 'cloudflare:test'

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[]
      /** Base64 of each torture message, by file. */
      TEST_TORTURE: Record<string, string>
    }
  }
}
