import { oneOf, wholeNumber } from '../arguments'
import { command, type OptionsOf } from '../command'
import { answerOf, inPath } from '../session'
import { fields } from '../table'

interface Features {
  readonly doNotDisturb?: boolean | undefined
  readonly ringSeconds?: number | undefined
  readonly forward?: { readonly [K in Occasion]?: string | undefined } | undefined
}

const OCCASIONS = ['always', 'busy', 'noAnswer', 'unreachable'] as const
type Occasion = (typeof OCCASIONS)[number]

const forward = (summary: string) => ({ type: 'string', value: 'AOR', summary: `${summary}; off: not` }) as const

const OPTIONS = {
  dnd: { type: 'string', value: 'on|off', summary: 'do not disturb' },
  'ring-seconds': {
    type: 'string',
    value: 'SECONDS',
    summary: '5 to 180, until a call counts as not answered; off: until the caller gives up',
  },
  'forward-always': forward('where all calls go'),
  'forward-busy': forward('where calls go that find the phones busy'),
  'forward-no-answer': forward('where calls go that nobody answers'),
  'forward-unreachable': forward('where calls go while no phone is there'),
  clear: { type: 'boolean', summary: 'turn off what is not named' },
} as const

export const FEATURES = [
  command({
    words: 'subscriber features',
    args: ['AOR'],
    options: OPTIONS,
    summary: 'Show or change do-not-disturb, ring time and forwarding',
    rest: ['GET /v1/subscribers/{aor}/features', 'PUT /v1/subscribers/{aor}/features'],
    details: 'Without options it shows them; what is not named stays.',
    examples: [
      'subscriber features alice@example.com',
      'subscriber features alice@example.com --ring-seconds 20 --forward-no-answer voicemail@example.com',
    ],
    run: async ({ session, args, options }) => {
      const resource = session.api().subscribers[':aor'].features
      const param = { aor: inPath(args.AOR) }
      const known: Features = await answerOf(resource.$get({ param }))
      const wanted = changed(options.clear ? {} : known, options)
      const isChange = options.clear || Object.values(options).some((value) => typeof value === 'string')
      const data = isChange ? await answerOf(resource.$put({ param, json: wanted })) : known
      return { data, text: fields([['Subscriber', args.AOR], ...featureFields(data)]) }
    },
  }),
]

function changed(known: Features, options: OptionsOf<typeof OPTIONS>) {
  const dnd = options.dnd === undefined ? known.doNotDisturb : oneOf('dnd', options.dnd, ['on', 'off']) === 'on'
  const seconds = options['ring-seconds']
  const ringSeconds =
    seconds === undefined ? known.ringSeconds : seconds === 'off' ? undefined : wholeNumber('ring-seconds', seconds)
  const targets = {
    always: options['forward-always'],
    busy: options['forward-busy'],
    noAnswer: options['forward-no-answer'],
    unreachable: options['forward-unreachable'],
  }
  const forwards = OCCASIONS.flatMap((occasion) => {
    const target = targets[occasion] ?? known.forward?.[occasion]
    return target === undefined || target === 'off' ? [] : [[occasion, target] as const]
  })
  return {
    ...(dnd ? { doNotDisturb: true } : {}),
    ...(ringSeconds === undefined ? {} : { ringSeconds }),
    ...(forwards.length > 0 ? { forward: Object.fromEntries(forwards) } : {}),
  }
}

export function featureFields({ doNotDisturb, ringSeconds, forward }: Features) {
  return [
    ['Do not disturb', doNotDisturb ? 'ON' : 'off'],
    ['Ring time', ringSeconds === undefined ? 'until the caller gives up' : `${ringSeconds} s`],
    ['Forward always', forward?.always ?? 'off'],
    ['Forward busy', forward?.busy ?? 'off'],
    ['Forward no answer', forward?.noAnswer ?? 'off'],
    ['Forward unreachable', forward?.unreachable ?? 'off'],
  ] as const
}
