/** Part of a list in key order. `after` is the key of the last item already seen. */
export interface Page<Key> {
  readonly limit: number
  readonly after?: Key | undefined
}
