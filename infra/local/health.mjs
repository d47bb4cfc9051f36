/** Waits until the server says that it is ready; `ended()` true means that it never will. */
export async function waitForHealth(url, ended = () => false, withinMs = 60_000) {
  const deadline = Date.now() + withinMs
  while (!ended()) {
    if (await healthy(url)) return true
    if (Date.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

async function healthy(url) {
  try {
    const response = await fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}
