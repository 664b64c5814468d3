/**
 * A KEK in a hardware module, by its PKCS#11 URI (RFC 7512): it wraps and unwraps inside and never leaves. Needs the package
 * `pkcs11js`, which is compiled where it is installed and therefore is no dependency: `npm install --no-save pkcs11js`.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Kek } from './kek.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const LARGEST_CONTENT = 1024
const PACKAGE = 'pkcs11js'

export const isPkcs11Uri = (text: string): boolean => text.startsWith('pkcs11:')

interface Template {
  readonly type: number
  readonly value?: unknown
}

/** What is used of the package. Handles are opaque. */
interface Pkcs11 {
  readonly load: (path: string) => void
  readonly close: () => void
  readonly C_Initialize: () => void
  readonly C_Finalize: () => void
  readonly C_GetSlotList: (withToken: boolean) => readonly unknown[]
  readonly C_GetTokenInfo: (slot: unknown) => { readonly label: string }
  readonly C_OpenSession: (slot: unknown, flags: number) => unknown
  readonly C_Login: (session: unknown, user: number, pin: string) => void
  readonly C_FindObjectsInit: (session: unknown, template: readonly Template[]) => void
  readonly C_FindObjects: (session: unknown, most: number) => readonly unknown[]
  readonly C_FindObjectsFinal: (session: unknown) => void
  readonly C_EncryptInit: (session: unknown, mechanism: object, key: unknown) => void
  readonly C_Encrypt: (session: unknown, content: Buffer, into: Buffer) => Buffer
  readonly C_DecryptInit: (session: unknown, mechanism: object, key: unknown) => void
  readonly C_Decrypt: (session: unknown, content: Buffer, into: Buffer) => Buffer
}

interface Package {
  readonly PKCS11: new () => Pkcs11
  readonly CKF_SERIAL_SESSION: number
  readonly CKU_USER: number
  readonly CKA_CLASS: number
  readonly CKO_SECRET_KEY: number
  readonly CKA_LABEL: number
  readonly CKM_AES_GCM: number
  readonly CK_PARAMS_AES_GCM: number
}

interface Location {
  readonly module: string
  readonly token: string
  readonly object: string
  readonly pinFile: string
}

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

/** One login holds for every session of this process with the token. */
function logIn(pkcs11js: Package, library: Pkcs11, session: unknown, pin: string): void {
  try {
    library.C_Login(session, pkcs11js.CKU_USER, pin)
  } catch (cause) {
    if (!(cause instanceof Error) || cause.message !== 'CKR_USER_ALREADY_LOGGED_IN') throw cause
  }
}

function kekIn(pkcs11js: Package, library: Pkcs11, { module, token, object }: Location, pin: string): Kek {
  const slot = library.C_GetSlotList(true).find((one) => library.C_GetTokenInfo(one).label.trim() === token)
  if (slot === undefined) throw new Error(`no token ${token}`)
  const session = library.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION)
  logIn(pkcs11js, library, session, pin)
  const template = [
    { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY },
    { type: pkcs11js.CKA_LABEL, value: object },
  ]
  library.C_FindObjectsInit(session, template)
  const keys = library.C_FindObjects(session, 2)
  library.C_FindObjectsFinal(session)
  const [key] = keys
  if (key === undefined || keys.length > 1) throw new Error(`token ${token} has ${keys.length} keys named ${object}`)
  let isOpen = true
  const gcm = (iv: Buffer, aad: string): object => ({
    mechanism: pkcs11js.CKM_AES_GCM,
    parameter: {
      type: pkcs11js.CK_PARAMS_AES_GCM,
      iv,
      aad: Buffer.from(aad),
      ivBits: NONCE_BYTES * 8,
      tagBits: TAG_BYTES * 8,
    },
  })
  return {
    id: `pkcs11-${createHash('sha256').update(`${token}\n${object}`).digest('hex').slice(0, 16)}`,
    wrap: (aad, content) => {
      const nonce = randomBytes(NONCE_BYTES)
      library.C_EncryptInit(session, gcm(nonce, aad), key)
      return Buffer.concat([nonce, library.C_Encrypt(session, Buffer.from(content), Buffer.alloc(LARGEST_CONTENT))])
    },
    unwrap: (aad, wrapped) => {
      try {
        library.C_DecryptInit(session, gcm(Buffer.from(wrapped.subarray(0, NONCE_BYTES)), aad), key)
        return library.C_Decrypt(session, Buffer.from(wrapped.subarray(NONCE_BYTES)), Buffer.alloc(LARGEST_CONTENT))
      } catch {
        return undefined
      }
    },
    [Symbol.dispose]: () => {
      if (isOpen) leaveModule(module)
      isOpen = false
    },
  }
}
