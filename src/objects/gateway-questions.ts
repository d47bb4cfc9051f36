import { formatQuestion, type GatewayAnswer, type GatewayQuestion } from '../dispatcher/questions'
import { randomToken } from '../platform/random'

/** How long gateways may think about a question. */
export const ANSWER_PATIENCE_MS = 3_000

interface Waiting {
  readonly missing: Set<string>
  readonly answers: GatewayAnswer[]
  done(): void
}

/** Questions to gateways that requests over REST wait for. Kept in memory: who asks is told when the object is restarted. */
export class GatewayQuestions {
  private readonly waiting = new Map<string, Waiting>()

  /** The answers that have come when all have, or the patience is over. `tell`: says the word to every socket of them. */
  async ask(
    question: GatewayQuestion,
    gateways: readonly string[],
    tell: (word: string) => Promise<void>,
  ): Promise<GatewayAnswer[]> {
    if (gateways.length === 0) return []
    const id = randomToken()
    const answers: GatewayAnswer[] = []
    const all = new Promise<void>((done) => this.waiting.set(id, { missing: new Set(gateways), answers, done }))
    let timer: ReturnType<typeof setTimeout> | undefined
    const patience = new Promise<void>((done) => {
      timer = setTimeout(done, ANSWER_PATIENCE_MS)
    })
    await tell(formatQuestion(id, question))
    await Promise.race([all, patience])
    clearTimeout(timer)
    this.waiting.delete(id)
    return answers
  }

  /** The first answer of each counts; one that comes too late is for nobody. */
  answered(id: string, { gateway, answer }: GatewayAnswer): void {
    const waiting = this.waiting.get(id)
    if (!waiting?.missing.delete(gateway)) return
    waiting.answers.push({ gateway, answer })
    if (waiting.missing.size === 0) waiting.done()
  }
}
