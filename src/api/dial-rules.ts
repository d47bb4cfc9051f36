import { z } from '@hono/zod-openapi'
import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/min'
import { NUMBER_FORMATS } from '../numbers/format'

const digits = (description: string) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'must be 1 to 6 digits')
    .openapi({ description })

/** A country of ISO 3166. */
export const countryCode = z
  .string()
  .refine((text): text is CountryCode => isSupportedCountry(text), 'must be a country of ISO 3166, two capital letters')
  .openapi({ type: 'string', example: 'AU' })

/** How numbers are dialled in a domain, as a field of it. */
export const dialRules = z
  .strictObject({
    internationalPrefixes: z
      .array(digits('`0011`, `011`, `00`'))
      .min(1)
      .max(8)
      .optional()
      .openapi({
        description:
          'What begins an international number besides `+`, and nothing else does. Default: what the country dials abroad with, and `00`.',
        example: ['0011'],
      }),
    trunkPrefix: z
      .string()
      .regex(/^\d{0,4}$/, 'must be up to 4 digits')
      .optional()
      .openapi({
        description: 'What begins a national number of `country`. Default: as in the country.',
        example: '0',
      }),
    outsidePrefix: digits('What is dialled for an outside line; also ahead of emergency numbers.')
      .optional()
      .openapi({ example: '9' }),
  })
  .refine((rules) => Object.keys(rules).length > 0, 'must have a rule')
  .nullable()
  .openapi({ description: 'How numbers are dialled, where `country` does not say enough. `null`: as in the country.' })

/** How a carrier wants numbers, as a field of its dispatcher set. */
export const numberFormat = z
  .strictObject({
    format: z
      .enum(NUMBER_FORMATS)
      .default('e164')
      .openapi({
        description:
          '`e164`: `+61299999999`. `e164-without-plus`: `61299999999`. `international-00`: `0061299999999`. `national`: `0299999999` in its ' +
          '`country`, and numbers of others as they are dialled there.',
      }),
    country: countryCode.optional().openapi({
      type: 'string',
      description: 'For `national`; numbers of callers without a country code are of it too.',
      example: 'AU',
    }),
    prefix: z
      .string()
      .regex(/^[0-9*#+]{1,16}$/, 'must be 1 to 16 of 0-9, *, # and +')
      .optional()
      .openapi({ description: 'Put before each number that is called.', example: '9999' }),
  })
  .refine(({ format, country }) => format !== 'national' || country !== undefined, {
    path: ['country'],
    message: 'is needed for `national`',
  })
  .openapi('NumberFormat', {
    description: 'How numbers are written there. Default: E.164 in the Request-URI, and To and From as they were sent.',
  })
