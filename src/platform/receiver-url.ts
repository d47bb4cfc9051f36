const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** What is wrong with a URL that alerts go to; undefined when nothing is. Plain HTTP is for receivers on this machine. */
export function faultOfReceiver(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'is no URL'
  if (url.username !== '' || url.password !== '') return 'may not have a user or a password'
  if (url.protocol === 'https:') return undefined
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname) ? undefined : 'must begin with https://'
}
