/** The three Reflect functions that @peculiar/x509 looks for when it loads. Import this before it; the one import here that does something. */

type Key = string | symbol
const metadata = new WeakMap<object, Map<Key, unknown>>()

const own = (key: Key, target: object): unknown => metadata.get(target)?.get(key)

function inherited(key: Key, target: object): unknown {
  for (let at: unknown = target; isObject(at); at = Object.getPrototypeOf(at))
    if (metadata.get(at)?.has(key)) return own(key, at)
  return undefined
}

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null)

function define(key: Key, value: unknown, target: object): void {
  const entries = metadata.get(target) ?? new Map<Key, unknown>()
  metadata.set(target, entries.set(key, value))
}

if (!('getMetadata' in Reflect))
  Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define })
