/** Telephone numbers for scripts. A module of its own, since its table of countries is larger than all the rest. */
export {
  type CountryCode,
  type DialPlan,
  type DialRules,
  internationalNumber,
  numberSpellings,
  toE164,
} from '../numbers/dialled'
