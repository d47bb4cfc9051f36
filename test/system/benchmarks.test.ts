import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { havePeers } from '../peers/support/peers'

const root = join(import.meta.dirname, '../..')
const bench = (...args: readonly string[]) => benchWith({}, ...args)
const benchWith = (env: Record<string, string>, ...args: readonly string[]) =>
  spawnSync('npm', ['run', '--silent', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, ...env },
  })

describe('the benchmarks', () => {
  it('DESIGN §2.8: bench:cost counts what events cost, and all are within their budget', () => {
    const { stdout, stderr, status } = bench('bench:cost', '--', '--check', 'yes')
    expect(stderr).toBe('')
    expect(status).toBe(0)
    // With its ladder; 8 without.
    expect(stdout).toMatch(/\| answered call +\| +0 \| +10 \| +7 \|/)
    // A row, so nothing escapes the meter.
    expect(stdout).toMatch(/\| first registration +\| +1 \| +3 \| +2 \| +1 \|/)
    expect(stdout).toMatch(/\| wake-ups by keep-alives +\| +0 \| +0 \|/)
  })

  it.skipIf(!havePeers('rtpengine'))('O09 bench:media puts transcoded calls beside relayed ones', () => {
    const { stdout, status } = bench('bench:media', '--', '--calls', '2', '--seconds', '1', '--rounds', '1')
    expect(status).toBe(0)
    // Its CPU is counted in ticks of 10 ms: so short a run may have none.
    expect(stdout).toMatch(/\| relayed, PCMA \|.*\n\| PCMU and PCMA \|.*\n\| opus and PCMA \|/)
  })

  it('M16 of a stateless proxy: a call is no row, and the same requests', () => {
    const { stdout, stderr } = benchWith({ SCRIPT: 'examples/stateless-proxy.ts' }, 'bench:cost')
    expect(stderr).toBe('')
    const [objectRequests, messages, rowsWritten] =
      /\| answered call +\| +0 \| +(\d+) \| +(\d+) \| +([\d.]+) \|/.exec(stdout)?.slice(1).map(Number) ?? []
    expect([objectRequests, messages, rowsWritten]).toEqual([8, 7, 0])
  })

  it('an option that does not exist is one clear line and the list of those that do', () => {
    const { stderr, status } = bench('bench', '--', '--phone', '5')
    expect(status).toBe(1)
    expect(stderr).toMatch(/Unknown option '--phone'/)
    expect(stderr).toMatch(/ {2}--phones \(200\)/)
    expect(stderr).not.toContain('    at ')
    const { stdout } = bench('bench:scale', '--', '--help')
    expect(stdout).toContain('  --phones (10,1000,10000)')
  })
})
