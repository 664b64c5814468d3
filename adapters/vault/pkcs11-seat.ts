/** A session with a token of a PKCS#11 module, and what its key does there. */
import { randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const LARGEST_CONTENT = 1024
/** What is wrapped to see whether a token is well. */
export const PROBE = 'passerelle kek probe'

interface Template {
  readonly type: number
  readonly value?: unknown
}

/** What is used of the package. Handles are opaque. */
export interface Pkcs11 {
  readonly load: (path: string) => void
  readonly close: () => void
  readonly C_Initialize: () => void
  readonly C_Finalize: () => void
  readonly C_GetSlotList: (withToken: boolean) => readonly unknown[]
  readonly C_GetTokenInfo: (slot: unknown) => { readonly label: string }
  readonly C_OpenSession: (slot: unknown, flags: number) => unknown
  readonly C_CloseSession: (session: unknown) => void
  readonly C_Login: (session: unknown, user: number, pin: string) => void
  readonly C_FindObjectsInit: (session: unknown, template: readonly Template[]) => void
  readonly C_FindObjects: (session: unknown, most: number) => readonly unknown[]
  readonly C_FindObjectsFinal: (session: unknown) => void
  readonly C_EncryptInit: (session: unknown, mechanism: object, key: unknown) => void
  readonly C_Encrypt: (session: unknown, content: Buffer, into: Buffer) => Buffer
  readonly C_DecryptInit: (session: unknown, mechanism: object, key: unknown) => void
  readonly C_Decrypt: (session: unknown, content: Buffer, into: Buffer) => Buffer
}

export interface Package {
  readonly PKCS11: new () => Pkcs11
  readonly CKF_SERIAL_SESSION: number
  readonly CKU_USER: number
  readonly CKA_CLASS: number
  readonly CKO_SECRET_KEY: number
  readonly CKA_LABEL: number
  readonly CKM_AES_GCM: number
  readonly CK_PARAMS_AES_GCM: number
}

export interface Location {
  readonly module: string
  readonly token: string
  readonly object: string
  readonly pinFile: string
}

/** One login holds for every session of this process with the token. */
function logIn(pkcs11js: Package, library: Pkcs11, session: unknown, pin: string): void {
  try {
    library.C_Login(session, pkcs11js.CKU_USER, pin)
  } catch (cause) {
    if (!(cause instanceof Error) || cause.message !== 'CKR_USER_ALREADY_LOGGED_IN') throw cause
  }
}

/** The key, by a session with its token. */
export interface Seat {
  readonly session: unknown
  readonly key: unknown
}

/** Throws, naming what is missing, and never the pin. */
export function seatIn(pkcs11js: Package, library: Pkcs11, { token, object }: Location, pin: string): Seat {
  const slot = library.C_GetSlotList(true).find((one) => library.C_GetTokenInfo(one).label.trim() === token)
  if (slot === undefined) throw new Error(`no token ${token}`)
  const session = library.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION)
  try {
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
    return { session, key }
  } catch (cause) {
    leaveSession(library, session)
    throw cause
  }
}

/** Never throws. */
export function leaveSession(library: Pkcs11, session: unknown): void {
  try {
    library.C_CloseSession(session)
  } catch {
    // It went with its token.
  }
}

export interface Operations {
  readonly wrap: (at: Seat, aad: string, content: Uint8Array) => Buffer
  /** Throws for what was wrapped otherwise, as for a token that is gone. */
  readonly unwrap: (at: Seat, aad: string, wrapped: Uint8Array) => Buffer
  /** Whether the token does what it should: modules tell of a wrong tag by any code they like. */
  readonly isWell: (at: Seat) => boolean
}

/** What the key of a seat does. */
export function operations(pkcs11js: Package, library: Pkcs11): Operations {
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
  const wrap: Operations['wrap'] = ({ session, key }, aad, content) => {
    const nonce = randomBytes(NONCE_BYTES)
    library.C_EncryptInit(session, gcm(nonce, aad), key)
    return Buffer.concat([nonce, library.C_Encrypt(session, Buffer.from(content), Buffer.alloc(LARGEST_CONTENT))])
  }
  const unwrap: Operations['unwrap'] = ({ session, key }, aad, wrapped) => {
    library.C_DecryptInit(session, gcm(Buffer.from(wrapped.subarray(0, NONCE_BYTES)), aad), key)
    return library.C_Decrypt(session, Buffer.from(wrapped.subarray(NONCE_BYTES)), Buffer.alloc(LARGEST_CONTENT))
  }
  const isWell = (at: Seat): boolean => {
    try {
      return unwrap(at, PROBE, wrap(at, PROBE, Buffer.of(1)))[0] === 1
    } catch {
      return false
    }
  }
  return { wrap, unwrap, isWell }
}
