/** The element with this `data-testid`; the page and this script are built together, so a missing one is a bug. */
export function part<T extends HTMLElement = HTMLElement>(name: string): T {
  const found = document.querySelector<T>(`[data-testid="${name}"]`)
  if (!found) throw new Error(`the page has no element "${name}"`)
  return found
}

export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

export function button(className: string, text: string, press: () => void): HTMLButtonElement {
  const element = create('button', className, text)
  element.type = 'button'
  element.addEventListener('click', press)
  return element
}

/** `13:05:09`, with milliseconds where the order of frames matters. */
export function clockText(at: Date, withMilliseconds = false): string {
  const time = at.toLocaleTimeString('en-GB')
  return withMilliseconds ? `${time}.${String(at.getMilliseconds()).padStart(3, '0')}` : time
}
