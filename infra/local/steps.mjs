import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './bootstrap.mjs'
import { offline } from './build-worker.mjs'

/** Runs one tool and says whether it was content. Quiet ones show their output only when they were not. */
export async function step(title, command, args, { quiet = false, env = {} } = {}) {
  const startedAtMs = Date.now()
  const child = spawn(command, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  const held = []
  child.stdout?.on('data', (chunk) => held.push(chunk))
  child.stderr?.on('data', (chunk) => held.push(chunk))
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', resolve)
  })
  if (status !== 0 && quiet) process.stdout.write(Buffer.concat(held))
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${title} (${((Date.now() - startedAtMs) / 1000).toFixed(1)} s)`)
  return status === 0
}

/** Format, lint and types, side by side. Answers how many of them failed. */
export async function checkSources() {
  const lint = step('format and lint', 'biome', [process.env.CI ? 'ci' : 'check', '--error-on-warnings', '.'], {
    quiet: true,
  })
  const typed = await generateTypes()
  const results = await Promise.all([
    lint,
    typed && compiles(),
    hasSources('src/web', 'test/browser') &&
      step('types of web pages', 'tsc', ['--noEmit', '-p', 'tsconfig.web.json'], { quiet: true }),
    step('types of benchmarks', 'tsc', ['--noEmit', '-p', 'tsconfig.bench.json'], { quiet: true }),
  ])
  return results.filter((ok) => ok === false).length
}

/** The Worker with its script, tests and examples: an error names file and line. */
export async function checkTypes() {
  return (await generateTypes()) && compiles()
}

function compiles() {
  return step('types', 'tsc', ['--noEmit'], { quiet: true })
}

/** worker-configuration.d.ts depends on these two files only, and takes seconds to make. */
async function generateTypes() {
  const hash = createHash('sha256')
  for (const file of ['wrangler.toml', 'src/index.ts', 'package-lock.json']) hash.update(readFileSync(join(root, file)))
  const current = `// sources: ${hash.digest('hex')}\n`
  const target = join(root, 'worker-configuration.d.ts')
  if (existsSync(target) && readFileSync(target, 'utf8').endsWith(current)) return true
  const args = ['types', '--strict-vars=false', '--env-interface', 'Env', 'worker-configuration.d.ts']
  if (!(await step('binding types', 'wrangler', args, { quiet: true, env: offline }))) return false
  writeFileSync(target, readFileSync(target, 'utf8') + current)
  return true
}

function hasSources(...folders) {
  const found = folders.some(
    (folder) =>
      existsSync(join(root, folder)) &&
      readdirSync(join(root, folder), { recursive: true }).some((name) => name.endsWith('.ts')),
  )
  return found || undefined
}

/** Runs some vitest projects and counts. A run that dies before it can count is one failure. */
export async function runTests(projects, env = {}) {
  const folder = join(tmpdir(), `strowger-tests-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const report = join(folder, `${projects.join('-')}.json`)
  const args = ['run', '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  for (const project of projects) args.push('--project', project)
  const ok = await step(`tests: ${projects.join(', ')}`, 'vitest', args, { env })
  const counted = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  rmSync(folder, { recursive: true, force: true })
  const failed = counted.numFailedTests ?? 0
  return {
    passed: counted.numPassedTests ?? 0,
    // An error outside of any test, or a file that does not load, fails the run without a failed test.
    failed: ok ? failed : Math.max(failed, 1),
    skipped: (counted.numPendingTests ?? 0) + (counted.numTodoTests ?? 0),
  }
}
