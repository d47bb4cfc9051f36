import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Real media without devices, and host candidates on loopback: no device, no mDNS name, no throttling of pages behind others. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM
  return (named ? [named] : CANDIDATES).find((path) => existsSync(path))
}

/** One Chromium for the whole run; every test file connects to its `wsEndpoint()`. */
export function launchChromium(executablePath: string) {
  return chromium.launchServer({ executablePath, headless: true, host: '127.0.0.1', args: FLAGS })
}
