import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readQuestion } from '../../../src/dispatcher/questions'
import { ANSWER_PATIENCE_MS, GatewayQuestions } from '../../../src/objects/gateway-questions'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function asked(gateways: readonly string[]) {
  const questions = new GatewayQuestions()
  const words: string[] = []
  const answers = questions.ask({ about: 'bans' }, gateways, async (word) => void words.push(word))
  return { questions, answers, id: readQuestion(words[0] ?? '')?.id ?? '' }
}

describe('I12 a question to gateways', () => {
  it('is answered when all have said something, and the first word of each counts', async () => {
    const { questions, answers, id } = asked(['g1', 'g2'])
    questions.answered(id, { gateway: 'g1', answer: 1 })
    questions.answered(id, { gateway: 'g1', answer: 2 })
    questions.answered(id, { gateway: 'stranger', answer: 3 })
    questions.answered(id, { gateway: 'g2', answer: 4 })
    expect(await answers).toEqual([
      { gateway: 'g1', answer: 1 },
      { gateway: 'g2', answer: 4 },
    ])
  })

  it('waits no longer than its patience, and a late answer is for nobody', async () => {
    const { questions, answers, id } = asked(['g1', 'g2'])
    questions.answered(id, { gateway: 'g2', answer: 'here' })
    await vi.advanceTimersByTimeAsync(ANSWER_PATIENCE_MS)
    expect(await answers).toEqual([{ gateway: 'g2', answer: 'here' }])
    questions.answered(id, { gateway: 'g1', answer: 'late' })
    expect(await answers).toHaveLength(1)
  })

  it('without gateways has no answer at once', async () => {
    expect(await asked([]).answers).toEqual([])
  })
})
