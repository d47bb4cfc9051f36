import { create, part } from '../dom'
import { badge } from './badge'
import { addressText, type Call, durationText, outcomeOf } from './call'
import { read } from './rest'

/** The table of calls, the newest first; the filters are in the address of the page, so that it can be passed on. */
export async function showList(onFault: (error: unknown) => void): Promise<void> {
  const [filters, rows, more] = [part<HTMLFormElement>('filters'), part('rows'), part('more')]
  const query = new URLSearchParams(location.search)
  for (const field of filters.elements) {
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      field.value = query.get(field.name) ?? ''
  }
  filters.addEventListener('submit', (event) => {
    event.preventDefault()
    const wanted = [...new FormData(filters)].filter(([, value]) => value !== '') as [string, string][]
    location.search = new URLSearchParams(wanted).toString()
  })
  const add = async (cursor?: string) => {
    const page = new URLSearchParams(query)
    if (cursor !== undefined) page.set('cursor', cursor)
    const { items, nextCursor } = await read<{ items: Call[]; nextCursor?: string }>(`/v1/calls?${page}`)
    rows.append(...items.map(rowOf))
    part('empty').hidden = rows.childElementCount > 0
    more.hidden = nextCursor === undefined
    more.onclick = () => void add(nextCursor).catch(onFault)
  }
  await add()
  part('list').hidden = false
}

function rowOf(call: Call): HTMLElement {
  const row = create('tr', 'call-row')
  const began = create('td', '')
  const link = create('a', 'call-link', new Date(call.setupAt).toLocaleString())
  link.href = `/calls/${call.id}`
  link.title = `Call-ID ${call.callId}`
  began.append(link)
  const { text, look } = outcomeOf(call)
  const result = create('td', '')
  result.append(badge(text, look))
  row.append(
    began,
    create('td', 'address', call.caller ?? addressText(call.from)),
    create('td', 'address', toText(call)),
    result,
    create('td', 'number', durationText(call.durationMs)),
  )
  row.addEventListener('click', () => link.click())
  return row
}

/** Who was dialled, and who answered in his place. */
function toText({ to, callee, carrier }: Call): string {
  const dialled = addressText(to)
  const answered = callee ?? carrier?.trunk ?? carrier?.set
  return answered === undefined || answered === dialled ? dialled : `${dialled} → ${answered}`
}
