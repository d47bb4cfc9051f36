import { command } from '../command'
import { Failure } from '../failure'
import { isLocal, removeProfile, storeProfile, urlToKeep } from '../profile'
import { answerOf, clientOf, Refused } from '../session'
import { fields, printable } from '../table'

export const LOGIN = [
  command({
    words: 'login',
    summary: 'Keep URL and token of a deployment for the commands that follow',
    rest: ['GET /v1/domains'],
    details:
      'Asks for the admin token or one of `token add` (without a terminal: reads it from the input), tries it, and keeps it in\n' +
      '~/.config/strowger/profiles.json, which only you can read. With --profile NAME there can be several; the commands then take\n' +
      '--profile NAME or STROWGER_PROFILE.',
    examples: ['login --url https://sip.example.com', 'login --profile lab --url https://lab.example.com < token'],
    run: async ({ session: { common }, io }) => {
      const url = urlToKeep(common, io)
      const token = (common.token ?? (await io.askSecret(`Admin token of ${url}: `))).trim()
      if (token === '') throw new Failure('No token was given.')
      await refuseWrong(url, token)
      const file = storeProfile(io, common.profile ?? io.env.STROWGER_PROFILE, { url, token })
      if (url.startsWith('http:') && !isLocal(url))
        io.complain(`strowger: ${url} is not encrypted: whoever listens on the way has the token.`)
      return { data: { url, file }, text: `The token is good. ${url} is kept in ${file}.` }
    },
  }),
  command({
    words: 'logout',
    summary: 'Forget what login has kept',
    rest: [],
    examples: ['logout', 'logout --profile lab'],
    run: async ({ session: { common }, io }) => {
      const isGone = removeProfile(io, common.profile ?? io.env.STROWGER_PROFILE)
      if (!isGone) throw new Failure('There is nothing to forget.')
      return { data: {}, text: 'Forgotten.' }
    },
  }),
  command({
    words: 'profile',
    summary: 'Which deployment the commands speak to, and why',
    rest: [],
    details: 'Says where the token is from, never the token.',
    examples: ['profile'],
    run: async ({ session }) => {
      const { url, urlFrom, tokenFrom } = session.profile()
      const data = { url, urlFrom, tokenFrom: tokenFrom ?? null }
      const text = fields([
        ['URL', `${url} (${printable(urlFrom)})`],
        ['Token', tokenFrom === undefined ? 'none' : `from ${tokenFrom}`],
      ])
      return { data, text, failed: tokenFrom === undefined }
    },
  }),
]

/** One that may not look at domains (403) is known all the same. */
async function refuseWrong(url: string, token: string): Promise<void> {
  try {
    await answerOf(clientOf(url, token).domains.$get({ query: { limit: '1' } }))
  } catch (error) {
    if (!(error instanceof Refused) || error.httpStatus !== 403) throw error
  }
}
