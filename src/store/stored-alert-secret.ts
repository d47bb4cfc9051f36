/** What the sealed secret of a domain's alerts is bound to. */
export function alertSecretOwner(domain: string): string {
  return `alerts of ${domain}`
}
