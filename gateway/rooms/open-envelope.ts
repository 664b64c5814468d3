/** The two cryptographic steps that every incoming envelope goes through: opening a JWE, and verifying the JWS inside it. */
import { compactDecrypt, compactVerify, importJWK } from 'jose'
import type { CompactJwe, CompactJws } from '#gateway/core/jose-headers.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'

/** What was encrypted, as text of one byte a character; problem `decryption-failed`, without saying why (RFC 7516 §11.5). */
export async function openJwe(jwe: CompactJwe, key: CryptoKey): Promise<Result<string>> {
  try {
    const { plaintext } = await compactDecrypt(jwe.text, key, {
      keyManagementAlgorithms: ['ECDH-ES+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxDecompressedLength: 0,
    })
    return ok(Buffer.from(plaintext).toString('latin1'))
  } catch {
    return fail('decryption-failed')
  }
}

/** The bytes that were signed; problem `signature-invalid`. */
export async function verifyJws(jws: CompactJws, jwk: PublicJwk): Promise<Result<Uint8Array>> {
  try {
    const key = await keyOf(jwk)
    const { payload } = await compactVerify(jws.text, key, { algorithms: ['ES256'] })
    return ok(payload)
  } catch {
    return fail('signature-invalid')
  }
}

/** Imported once for as long as the registry that lists it is in use: that it is a point of the curve is found out then. */
const imported = new WeakMap<PublicJwk, ReturnType<typeof importJWK>>()

function keyOf(jwk: PublicJwk): ReturnType<typeof importJWK> {
  const key = imported.get(jwk) ?? importJWK({ ...jwk }, 'ES256')
  imported.set(jwk, key)
  return key
}
