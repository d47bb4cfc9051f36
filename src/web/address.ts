/** An address as people read it: the user alone within our own domain, `user@domain` elsewhere. */
export function shortAddress(address: string, ownDomain: string): string {
  const [user = '', host = ''] = address
    .trim()
    .replace(/^sips?:/i, '')
    .split('@')
  if (host === '' || host.toLowerCase() === ownDomain.toLowerCase()) return user
  return `${user}@${host}`
}
