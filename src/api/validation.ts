import type { ZodError, z } from 'zod'
import { Problem } from './problem'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]
interface FieldError {
  readonly field: string
  readonly detail: string
}

/** An array of a thousand wrong items should not be answered with a thousand errors. */
const MAX_ERRORS = 20

/** The hook of every route: what zod refuses is a 400 that names the field. */
export function refuseInvalid(result: { success: true } | { success: false; error: Pick<ZodError, 'issues'> }): void {
  if (result.success) return
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, []))
  const [first] = errors
  if (!first) throw new Problem(400, 'The request is not valid.')
  throw new Problem(400, first.field ? `${first.field}: ${first.detail}` : first.detail, {
    ...(first.field ? { field: first.field } : {}),
    ...(errors.length > 1 ? { errors: errors.slice(0, MAX_ERRORS) } : {}),
  })
}

function fieldErrors(issue: Issue, parent: Path): FieldError[] {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldName([...path, key]), detail: 'there is no such field' }))
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((option) => !option.some(isOfAnotherShape))
    if (meant) return meant.flatMap((inner) => fieldErrors(inner, path))
  }
  return [{ field: fieldName(path), detail: inWords(issue) }]
}

/** An array given to the option that takes an object, or the reverse: not the option that was meant. */
function isOfAnotherShape(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0
}

function inWords(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'is required'
  return issue.message.replace(/^Invalid input: /, '')
}

function fieldName(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}
