import type { Binding } from '../../sip/registrar/binding'

const ROW = 'binding:'

/** The bindings of an address-of-record, a row each. */
export class BindingRows {
  private bindings: readonly Binding[] | undefined
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
  }

  load(): readonly Binding[] {
    this.bindings ??= [...this.storage.kv.list<Binding>({ prefix: ROW })].flatMap(([, b]) => (b.v === 1 ? [b] : []))
    return this.bindings
  }

  /** Writes what differs, in one transaction. */
  store(bindings: readonly Binding[], removed: readonly Binding[]): void {
    const before = this.load()
    this.storage.transactionSync(() => {
      for (const { key } of removed) this.storage.kv.delete(ROW + key)
      for (const binding of bindings) if (!before.includes(binding)) this.storage.kv.put(ROW + binding.key, binding)
    })
    this.bindings = bindings
  }
}
