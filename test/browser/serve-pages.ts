import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'

const PAGES = ['jssip-phone', 'sipjs-phone']

/** The stock client libraries, each with its small page, and the script that stands in for microphone and loudspeaker. */
export async function bundlePages(folder: string): Promise<void> {
  const sources = [...PAGES, 'media'].map((name) => join(import.meta.dirname, 'pages', `${name}.ts`))
  await build({
    entryPoints: sources,
    outdir: folder,
    bundle: true,
    format: 'iife',
    target: 'chrome120',
    logLevel: 'error',
  })
}

/** Loopback over HTTP is a secure context, which WebRTC asks for. */
export async function servePages(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const name = PAGES.find((page) => request.url?.startsWith(`/${page}.`))
    if (!name) response.writeHead(404).end()
    else if (request.url?.endsWith('.js')) {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(await readFile(join(folder, `${name}.js`)))
    } else {
      const page = `<!doctype html><meta charset="utf-8"><title>${name}</title><script src="/${name}.js"></script>`
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const stop = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${address.port}`, stop }
}
