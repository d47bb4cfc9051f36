import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const secrets = { ADMIN_TOKEN: 'test-admin-token', TOKEN_SECRET: 'test-secret-0123456789abcdef0123456789abcdef' }
/** Those that a deployment may do without. */
const optionalSecrets = {
  GATEWAY_TOKEN: 'test-gateway-token',
  SECRETS_KEY: 'test-secrets-key-0123456789abcdef0123456789',
}
// Wrangler looks for the required secrets here, and the tests' own must win.
Object.assign(process.env, secrets)

const browserSetup = './test/browser/global-setup.ts'

/**
 * unit: pure code in Node. workers: everything that runs in workerd. browser: stock softphones in Chromium.
 * system: the commands of package.json as processes.
 */
export default defineConfig(async () => ({
  test: {
    projects: [
      {
        // The code is pure, so the files can share their modules.
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], environment: 'node', isolate: false },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ...secrets,
                ...optionalSecrets,
                TEST_MIGRATIONS: await migrations(),
                TEST_TORTURE: torture(),
              },
            },
          }),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts'],
          isolate: false,
          setupFiles: ['./test/setup/apply-migrations.ts'],
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          environment: 'node',
          ...oneAtATime,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: existsSync(browserSetup) ? [browserSetup] : [],
        },
      },
      {
        // The gateway with the Worker behind it and a carrier of the test's own in front: loopback only.
        test: {
          name: 'gateway',
          include: ['test/gateway/**/*.test.ts'],
          environment: 'node',
          ...oneAtATime,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // The same with programs of other people: SIPp, Kamailio, rtpengine, baresip.
        test: {
          name: 'peers',
          include: ['test/peers/**/*.test.ts'],
          environment: 'node',
          ...oneAtATime,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          environment: 'node',
          ...oneAtATime,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
}))

const oneAtATime = { pool: 'forks', maxWorkers: 1, fileParallelism: false } as const

async function migrations() {
  return existsSync('./migrations') ? readD1Migrations('./migrations') : []
}

/** The torture messages in base64, by file: a Worker has no files. */
function torture() {
  const root = './test/torture'
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.dat'))
  return Object.fromEntries(files.map((file) => [file, readFileSync(`${root}/${file}`, 'base64')]))
}
