import { button, create, part } from '../dom'
import { badge } from './badge'
import { change, read } from './rest'

interface Subscriber {
  readonly aor: string
  readonly enabled: boolean
}

interface Binding {
  readonly contact: string
  readonly userAgent?: string
  readonly received: { readonly transport: string; readonly address: string }
  readonly state: 'connected' | 'detached'
  readonly expiresIn: number
}

/** The subscribers of one domain, or one of them, with their phones: add, disable, remove. The address of the page says which. */
export async function showSubscribers(onFault: (error: unknown) => void): Promise<void> {
  const [choice, finder, form] = [
    part<HTMLSelectElement>('domain'),
    part<HTMLFormElement>('find'),
    part<HTMLFormElement>('new-subscriber'),
  ]
  const query = new URLSearchParams(location.search)
  const { items: domains } = await read<{ items: { name: string }[] }>('/v1/domains?limit=1000')
  choice.replaceChildren(...domains.map(({ name }) => new Option(name, name)))
  choice.value = query.get('domain') ?? domains[0]?.name ?? ''
  const wanted = query.get('username') ?? ''
  part<HTMLInputElement>('find-username').value = wanted
  choice.addEventListener('change', () => show(choice.value))
  finder.addEventListener('submit', (event) => {
    event.preventDefault()
    show(choice.value, part<HTMLInputElement>('find-username').value.trim())
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const { username, password } = Object.fromEntries(new FormData(form))
    change('POST', '/v1/subscribers', { username, password, domain: choice.value })
      .then(() => show(choice.value, String(username)))
      .catch(onFault)
  })
  part('subscribers').hidden = false
  if (wanted === '') return addPage(choice.value, onFault)
  const found = await read<Subscriber>(`/v1/subscribers/${encodeURIComponent(`${wanted}@${choice.value}`)}`)
  part('subscriber-rows').append(rowOf(found, onFault))
}

function show(domain: string, username = ''): void {
  location.search = new URLSearchParams({ domain, ...(username === '' ? {} : { username }) }).toString()
}

async function addPage(domain: string, onFault: (error: unknown) => void, cursor?: string): Promise<void> {
  const query = new URLSearchParams({ domain, limit: '50', ...(cursor === undefined ? {} : { cursor }) })
  const page = await read<{ items: Subscriber[]; nextCursor?: string }>(`/v1/subscribers?${query}`)
  const [rows, more] = [part('subscriber-rows'), part('more-subscribers')]
  rows.append(...page.items.map((subscriber) => rowOf(subscriber, onFault)))
  part('no-subscribers').hidden = rows.childElementCount > 0
  more.hidden = page.nextCursor === undefined
  more.onclick = () => void addPage(domain, onFault, page.nextCursor).catch(onFault)
}

function rowOf(subscriber: Subscriber, onFault: (error: unknown) => void): HTMLElement {
  const { aor, enabled } = subscriber
  const path = `/v1/subscribers/${encodeURIComponent(aor)}`
  const again = () => location.reload()
  const row = create('tr', '')
  const calls = create('a', 'call-link', aor)
  calls.href = `/calls?aor=${encodeURIComponent(aor)}`
  calls.title = 'Calls of this address'
  const [phones, lines] = [create('td', ''), create('div', 'lines', '…')]
  phones.append(lines)
  const actions = create('td', '')
  const buttons = create('div', 'row-actions')
  buttons.append(
    button('small-button', enabled ? 'Disable' : 'Enable', () => {
      change('PATCH', path, { enabled: !enabled }).then(again).catch(onFault)
    }),
    button('small-button', 'Remove', () => {
      if (!confirm(`Remove ${aor} with its phones, messages and settings?`)) return
      change('DELETE', path)
        .then(() => show(aor.slice(aor.lastIndexOf('@') + 1)))
        .catch(onFault)
    }),
  )
  actions.append(buttons)
  const address = create('td', '')
  address.append(calls)
  const state = create('td', '')
  state.append(enabled ? badge('enabled', 'good') : badge('disabled', 'bad'))
  row.append(address, phones, state, actions)
  read<{ items: Binding[] }>(`${path}/bindings`)
    .then(({ items }) => lines.replaceChildren(...phonesOf(items)))
    .catch(onFault)
  return row
}

function phonesOf(bindings: readonly Binding[]): HTMLElement[] {
  if (bindings.length === 0) return [create('span', 'soft', 'none registered')]
  return bindings.map(({ contact, userAgent, received, state, expiresIn }) => {
    const line = create('span', '', `${userAgent ?? 'unknown phone'} · ${received.transport} ${received.address} `)
    line.title = `${contact}\nexpires in ${expiresIn} s`
    if (state === 'detached') line.append(badge('away', 'soft'))
    return line
  })
}
