import type { FailureDecision } from '../sip/proxy/response-context'
import type { Decision } from './decision'

/** A decision as one line: `404 Not Found`, `relay sip:a | sip:b > sip:c` (together `|`, then `>`), `forward`, `forward sip:a`, `drop why`, `pass`. */
export function inWords(decision: Decision | FailureDecision): string {
  switch (decision.type) {
    case 'respond':
      return 'response' in decision
        ? `${decision.response.status} ${decision.response.reason}`
        : `${decision.status} ${decision.reason ?? ''}`.trim()
    case 'relay':
      return `relay ${decision.targets.map((group) => group.map((t) => t.uri).join(' | ')).join(' > ')}`
    case 'forward-to':
      return `forward ${decision.target.uri}`
    case 'drop':
      return decision.why === undefined ? 'drop' : `drop ${decision.why}`
    default:
      return decision.type
  }
}
