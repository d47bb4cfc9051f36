import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'

/** Writes to the storage of any object, by their name: each is a row (Platform: an alarm that is set is one too, 2026-11). */
export async function watchRows(): Promise<{ take(): string[]; stop(): void }> {
  const writes: string[] = []
  const spies = await runInDurableObject(env.LOCATION.getByName('rows'), (_, { storage }) => [
    ...watch(Object.getPrototypeOf(storage), ['setAlarm', 'deleteAll'], writes),
    ...watch(Object.getPrototypeOf(storage.kv), ['put', 'delete'], writes),
  ])
  return { take: () => writes.splice(0), stop: () => spies.forEach((spy) => void spy.mockRestore()) }
}

function watch(prototype: Record<string, (...args: unknown[]) => unknown>, names: readonly string[], writes: string[]) {
  return names.flatMap((name) => {
    const original = prototype[name]
    if (!original) return []
    return vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      writes.push(name)
      return original.apply(this, args)
    })
  })
}
