import { posix } from 'node:path'

/** What a folder of src may import: other zones, and packages. The one table; biome.json repeats it for editors. */
export interface Zone {
  /** Set when the zone is one file and not a folder. */
  readonly file?: string
  readonly imports: readonly string[]
  /** Zones of which only types may be imported. */
  readonly types?: readonly string[]
  readonly packages: readonly RegExp[]
  readonly pure?: true
}

const workers = /^cloudflare:/
const node = /^node:/

export const zones: Readonly<Record<string, Zone>> = {
  sip: { pure: true, imports: [], packages: [] },
  numbers: { pure: true, imports: [], packages: [/^libphonenumber-js/] },
  dispatcher: { pure: true, imports: ['numbers', 'sip'], packages: [] },
  media: { pure: true, imports: ['sip'], packages: [] },
  platform: { imports: ['sip'], packages: [/^node:crypto$/] },
  store: {
    imports: ['dispatcher', 'media', 'numbers', 'platform', 'sip'],
    packages: [/^drizzle-orm/, /^ipaddr\.js$/, /^libphonenumber-js/],
  },
  routing: { imports: ['dispatcher', 'media', 'numbers', 'platform', 'sip'], packages: [] },
  blocks: { imports: ['routing', 'store', 'dispatcher', 'media', 'platform', 'sip'], packages: [] },
  // Whoever deploys it imports what he likes.
  script: { file: 'src/script.ts', imports: ['blocks', 'routing', 'sip'], packages: [/./] },
  objects: {
    imports: ['script', 'blocks', 'routing', 'store', 'dispatcher', 'media', 'platform', 'sip'],
    packages: [workers],
  },
  api: {
    imports: ['store', 'dispatcher', 'media', 'numbers', 'platform', 'sip'],
    types: ['objects'],
    packages: [workers, /^hono/, /^@hono\//, /^zod/, /^drizzle-orm/, /^ipaddr\.js$/, /^libphonenumber-js/],
  },
  index: {
    file: 'src/index.ts',
    imports: [
      'upgrade',
      'api',
      'objects',
      'script',
      'blocks',
      'routing',
      'store',
      'platform',
      'dispatcher',
      'media',
      'sip',
    ],
    packages: [workers, /^hono/],
  },
  upgrade: { file: 'src/upgrade.ts', imports: ['platform', 'sip'], packages: [] },
  gateway: {
    imports: ['dispatcher', 'media', 'numbers', 'platform', 'sip'],
    packages: [node, /^ws$/, /^bencodec$/, /^ipaddr\.js$/, /^prom-client$/],
  },
  cli: {
    imports: ['dispatcher', 'media', 'platform', 'sip'],
    types: ['api'],
    packages: [node, /^hono\/client$/, /^ws$/],
  },
  web: { imports: ['sip'], packages: [/^jssip/] },
}

export interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

export function zoneOf(file: string): string | undefined {
  const [, folder = ''] = file.split('/')
  const name = folder.replace(/\.ts$/, '')
  const zone = Object.hasOwn(zones, name) ? zones[name] : undefined
  return zone && (zone.file === undefined || zone.file === file) ? name : undefined
}

export function importsOf(text: string): Import[] {
  const statement =
    /^\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s*)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm
  return [...withoutComments(text).matchAll(statement)].map(([, type, specifier, dynamic]) => ({
    specifier: specifier ?? dynamic ?? '',
    typeOnly: type !== undefined,
  }))
}

/** Every break of the zones table by one file, as readable lines. */
export function violations(file: string, text: string): string[] {
  const name = zoneOf(file)
  const zone = name === undefined ? undefined : zones[name]
  if (name === undefined || zone === undefined) return [`${file}: is in no zone`]
  const wrongImports = importsOf(text)
    .filter((found) => !allows(name, zone, file, found))
    .map((found) => `${file}: ${name} may not import ${found.specifier}`)
  return zone.pure ? [...wrongImports, ...impurities(file, text)] : wrongImports
}

function allows(name: string, zone: Zone, file: string, { specifier, typeOnly }: Import): boolean {
  if (!specifier.startsWith('.')) return zone.packages.some((pattern) => pattern.test(specifier))
  const target = zoneOf(zoneFile(posix.join(posix.dirname(file), specifier)))
  if (target === undefined) return false
  return target === name || zone.imports.includes(target) || (typeOnly && (zone.types ?? []).includes(target))
}

function zoneFile(path: string): string {
  return Object.values(zones).find((zone) => zone.file && path.startsWith(zone.file.replace(/\.ts$/, '')))?.file ?? path
}

const impure =
  /(?<![.\w'"])(?:(?:crypto|fetch|performance|setTimeout|setInterval|setImmediate|queueMicrotask|console|process|WebSocket|Buffer)(?=[.(])|Math\.random\b|Date\.now\b|new Date\(\s*\)|Date\(\s*\))/g

function impurities(file: string, text: string): string[] {
  return [...withoutStrings(withoutComments(text)).matchAll(impure)].map(([found]) => `${file}: ${found} is not pure`)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;])\/\/.*$/gm, '$1')
}

function withoutStrings(text: string): string {
  return text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
}
