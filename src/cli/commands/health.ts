import { command } from '../command'
import { answerOf } from '../session'
import { fields } from '../table'

export const HEALTH = [
  command({
    words: 'health',
    summary: 'Is it ready for calls? Needs no token',
    rest: ['GET /v1/health'],
    details: 'Fails with the reasons when a secret or a migration is missing. Warnings are no failure.',
    examples: ['health --url https://sip.example.com'],
    run: async ({ session }) => {
      const data = await answerOf(session.open().health.$get())
      const { status, version, warnings } = data
      return {
        data,
        text: fields([
          ['Status', status],
          ['Version', version],
          ['URL', session.profile().url],
          ...warnings.map((warning) => ['Warning', warning] as const),
        ]),
      }
    },
  }),
]
