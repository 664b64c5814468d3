/**
 * A KEK in a hardware module, by its PKCS#11 URI (RFC 7512): it wraps and unwraps inside and never leaves. Needs the package
 * `pkcs11js`, which is compiled where it is installed and therefore is no dependency: `npm install --no-save pkcs11js`.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { KekAway } from './kek.ts'
import type { Kek } from './kek.ts'
import { leaveSession, operations, PROBE, seatIn } from './pkcs11-seat.ts'
import type { Location, Package, Pkcs11, Seat } from './pkcs11-seat.ts'

const PACKAGE = 'pkcs11js'

export const isPkcs11Uri = (text: string): boolean => text.startsWith('pkcs11:')

/**
 * `pkcs11:token=T;object=LABEL?module-path=/lib/x.so&pin-source=/file`. Throws, naming what is missing, and never the pin.
 * `packageName` may be the path of an installed pkcs11js.
 */
export async function openPkcs11Kek(uri: string, packageName: string = PACKAGE): Promise<Kek> {
  const location = readUri(uri)
  const pkcs11js = await loadPackage(packageName)
  const pin = await readFile(location.pinFile, 'utf8').catch(() => {
    throw new Error(`${location.pinFile}: the pin of the token cannot be read`)
  })
  try {
    const library = loadModule(pkcs11js, location.module)
    try {
      return kekIn(pkcs11js, library, location, pin.trim())
    } catch (cause) {
      leaveModule(location.module)
      throw cause
    }
  } catch (cause) {
    throw new Error(`${location.module}: ${cause instanceof Error ? cause.message : 'the module does not answer'}`, {
      cause,
    })
  }
}

/** Files that the URI names: the module and the pin. */
export function pkcs11Files(uri: string): readonly string[] {
  const { module, pinFile } = readUri(uri)
  return [module, pinFile]
}

function readUri(uri: string): Location {
  const [path = '', query = ''] = uri.slice('pkcs11:'.length).split('?')
  const parts = [...path.split(';'), ...query.split('&')].map((part): [string, string] => {
    const [name = '', value = ''] = part.split('=')
    return [name, decodeURIComponent(value)]
  })
  const given = new Map(parts)
  const need = (name: string): string => {
    const value = given.get(name) ?? ''
    if (value === '') throw new Error(`the pkcs11: URI of a KEK needs ${name}`)
    return value
  }
  return { module: need('module-path'), token: need('token'), object: need('object'), pinFile: need('pin-source') }
}

async function loadPackage(name: string): Promise<Package> {
  const loaded: unknown = await import(name).catch(() => {
    throw new Error(
      `a pkcs11: KEK needs the package ${PACKAGE}: run npm install --no-save ${PACKAGE} in the gateway's folder`,
    )
  })
  const found = typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : loaded
  if (typeof found !== 'object' || found === null || !('PKCS11' in found)) throw new Error(`${name} is not ${PACKAGE}`)
  return found as Package
}

/** By path: a process initialises a module once, however many of its keys are open, and whoever leaves last closes it. */
const modules = new Map<string, { readonly library: Pkcs11; users: number }>()

function loadModule(pkcs11js: Package, path: string): Pkcs11 {
  const known = modules.get(path)
  if (known !== undefined) {
    known.users += 1
    return known.library
  }
  const library = new pkcs11js.PKCS11()
  library.load(path)
  library.C_Initialize()
  modules.set(path, { library, users: 1 })
  return library
}

function leaveModule(path: string): void {
  const known = modules.get(path)
  if (known === undefined || (known.users -= 1) > 0) return
  modules.delete(path)
  known.library.C_Finalize()
  known.library.close()
}

function kekIn(pkcs11js: Package, library: Pkcs11, location: Location, pin: string): Kek {
  const { module, token, object } = location
  const open = (): Seat => seatIn(pkcs11js, library, location, pin)
  const { wrap, unwrap, isWell } = operations(pkcs11js, library)
  let seat: Seat | undefined = open()
  /** Undefined for what the key itself refuses. A token that was taken out, or begun anew, is looked for once more. */
  const seated = <T>(work: (seat: Seat) => T): T | undefined => {
    let fault: unknown
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        return work((seat ??= open()))
      } catch (cause) {
        if (seat !== undefined && isWell(seat)) return undefined
        fault = cause
        if (seat !== undefined) leaveSession(library, seat.session)
        seat = undefined
      }
    }
    throw new KekAway(`the token ${token} of the KEK does not answer`, { cause: fault })
  }
  let isOpen = true
  return {
    id: `pkcs11-${createHash('sha256').update(`${token}\n${object}`).digest('hex').slice(0, 16)}`,
    wrap: (aad, content) => {
      const wrapped = seated((at) => wrap(at, aad, content))
      if (wrapped === undefined) throw new Error(`the token ${token} does not wrap this`)
      return wrapped
    },
    unwrap: (aad, wrapped) => seated((at) => unwrap(at, aad, wrapped)),
    answers: () => void seated((at) => wrap(at, PROBE, Buffer.alloc(1))),
    [Symbol.dispose]: () => {
      if (isOpen) leaveModule(module)
      isOpen = false
    },
  }
}
