import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { version } from '../../../package.json'
import { call, problemOf } from './support'

describe('GET /v1/health', () => {
  it('U09 says ok and the version of package.json, without a token', async () => {
    const response = await call('/v1/health', { token: null })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok', version, warnings: [] })
  })

  it('G12 warns of a receiver of alerts that nothing can be sent to', async () => {
    const warnings = async (settings: Partial<Env>) =>
      (await (await call('/v1/health', { env: settings })).json<{ warnings: string[] }>()).warnings
    const ALERT_URL = 'https://ops.example/'
    expect(await warnings({ ALERT_URL })).toEqual([expect.stringContaining('ALERT_SECRET')])
    expect(await warnings({ ALERT_URL, ALERT_SECRET: 'a secret of sixteen' })).toEqual([])
    expect(await warnings({ ALERT_URL: 'http://ops.example/', ALERT_SECRET: 'x' })).toEqual([
      'No alert is sent: ALERT_URL must begin with https://.',
    ])
  })

  it('names each secret that is not set', async () => {
    const response = await call('/v1/health', { token: null, env: { ADMIN_TOKEN: '', TOKEN_SECRET: '' } })
    const { reasons } = await problemOf(response, 503)
    expect(reasons).toEqual([expect.stringMatching(/^ADMIN_TOKEN /), expect.stringMatching(/^TOKEN_SECRET /)])
  })

  it('T06 says that the migrations are missing', async () => {
    const empty = { prepare: (sql: string) => env.DB.prepare(sql.replaceAll('"subscribers"', '"not_yet"')) }
    const { reasons } = await problemOf(await call('/v1/health', { env: { DB: empty as D1Database } }), 503)
    expect(reasons).toEqual([expect.stringContaining('apply the migrations')])
  })

  it('says that the database lacks a column', async () => {
    const old = { prepare: (sql: string) => env.DB.prepare(sql.replaceAll('"ha1_sha256"', 'ha1_sha1024')) }
    const { reasons } = await problemOf(await call('/v1/health', { env: { DB: old as D1Database } }), 503)
    expect(reasons).toEqual([expect.stringContaining('older than this version')])
  })

  it('says that the database does not answer, and logs why', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = {
      prepare: () => {
        throw new Error('D1_ERROR: out of reach')
      },
    }
    const { reasons } = await problemOf(await call('/v1/health', { env: { DB: broken as unknown as D1Database } }), 503)
    expect(reasons).toEqual(['The database does not answer.'])
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
  })
})
