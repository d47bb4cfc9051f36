import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../infra/local/bootstrap.mjs'
import type { ConnectOrder, LoadResult, Order, RunOrder } from './generator'

/** The load generator as its commander sees it. */
export class Load {
  private readonly child: ChildProcess

  constructor() {
    this.child = fork(join(root, 'dist/bench/generator.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  /** Answers what went wrong, by cause. */
  async connect(order: Omit<ConnectOrder, 'type'>): Promise<Record<string, number>> {
    const { failures } = (await this.ask({ type: 'connect', ...order })) as Pick<LoadResult, 'failures'>
    return failures
  }

  async run(order: Omit<RunOrder, 'type'>): Promise<LoadResult> {
    return (await this.ask({ type: 'run', ...order })) as LoadResult
  }

  /** Ends the generator; its sockets close with it. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || !this.child.connected) return
    const gone = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.disconnect()
    await gone
  }

  private ask(order: Order): Promise<object> {
    return new Promise((resolve, reject) => {
      const died = (code: number | null) => reject(new Error(`the load generator ended with ${code}`))
      this.child.once('exit', died)
      this.child.once('message', (answer: { error?: string }) => {
        this.child.off('exit', died)
        if (answer.error) reject(new Error(`load generator: ${answer.error}`))
        else resolve(answer)
      })
      this.child.send(order)
    })
  }
}
