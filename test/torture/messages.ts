import { readdirSync, readFileSync } from 'node:fs'

/** The folders of this directory, one per RFC. */
export const COLLECTIONS = ['rfc4475', 'rfc5118'] as const

/** Every fixture, as `rfc4475/wsinv.dat`. */
export function tortureFiles(root: string = import.meta.dirname): string[] {
  return COLLECTIONS.flatMap((folder) =>
    readdirSync(`${root}/${folder}`)
      .filter((name) => name.endsWith('.dat'))
      .sort()
      .map((name) => `${folder}/${name}`),
  )
}

/** The bytes of a fixture. */
export function tortureBytes(file: string, root: string = import.meta.dirname): Uint8Array {
  return new Uint8Array(readFileSync(`${root}/${file}`))
}
