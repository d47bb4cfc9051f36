import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { AdminApi } from '../support/admin-api'
import { findChromium, launchChromium } from '../support/chromium'
import { startProduct } from '../support/product'
import { bundlePages, servePages } from './serve-pages'

export interface Harness {
  readonly productUrl: string
  readonly sipUrl: string
  readonly adminToken: string
  readonly gatewayToken: string
  readonly domain: string
  readonly pagesUrl: string
  readonly mediaScript: string
  /** Absent where no Chromium is installed. */
  readonly browserEndpoint: string | undefined
}

declare module 'vitest' {
  interface ProvidedContext {
    harness: Harness
  }
}

/** One product, one browser and one web server for all browser tests. Everything it started it ends, also when it fails. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started: (() => Promise<unknown>)[] = []
  const teardown = async () => {
    for (const stop of started.splice(0).reverse()) await stop()
  }
  try {
    project.provide('harness', await start(started))
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

async function start(started: (() => Promise<unknown>)[]): Promise<Harness> {
  const browser = await startBrowser(started)
  const folder = await mkdtemp(join(tmpdir(), 'strowger-pages-'))
  started.push(() => rm(folder, { recursive: true, force: true }))
  await bundlePages(folder)
  const pages = await servePages(folder)
  started.push(pages.stop)

  const product = await startProduct({ SEED: 'demo' })
  started.push(product.stop)
  const domain = 'example.test'
  await new AdminApi(product.url, product.adminToken).createDomain(domain)
  return {
    productUrl: product.url,
    sipUrl: product.sipUrl,
    adminToken: product.adminToken,
    gatewayToken: product.gatewayToken,
    domain,
    pagesUrl: pages.url,
    mediaScript: join(folder, 'media.js'),
    browserEndpoint: browser,
  }
}

async function startBrowser(started: (() => Promise<unknown>)[]): Promise<string | undefined> {
  const executable = findChromium()
  if (!executable) {
    const problem = 'No Chromium found (set CHROMIUM)'
    if (process.env.CI === 'true') throw new Error(`${problem}: the browser tests must run here`)
    console.warn(`\n*** ${problem}: THE BROWSER TESTS ARE SKIPPED ***\n`)
    return undefined
  }
  const browser = await launchChromium(executable)
  started.push(() => browser.close())
  return browser.wsEndpoint()
}
