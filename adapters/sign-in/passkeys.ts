/** Passkeys by @simplewebauthn/server: one origin, user verification always, attestation never asked for. */
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { z } from 'zod'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { CredentialKey, EvidenceCheck, Passkeys } from '#gateway/ports/sign-in.ts'

/** COSE algorithms (RFC 9053): ES256, Ed25519, RS256. */
const ALGORITHMS = [-7, -8, -257]

/** How long a browser waits for the person, ms. */
const TIMEOUT_MS = 5 * 60_000

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const

const registration = z.object({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.enum(TRANSPORTS)).max(TRANSPORTS.length).catch([]).default([]),
  }),
})

const assertion = z.object({
  id: base64url.max(2000),
  rawId: base64url.max(2000),
  type: z.literal('public-key'),
  response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url }),
})

/** Passkeys of the pages at that origin (`https://host[:port]`); its host is the RP ID (WebAuthn §5.1.2). */
export function openPasskeys(origin: string): Passkeys {
  const rpId = new URL(origin).hostname
  return {
    toRegister: ({ challenge, account, others }) => ({
      rp: { id: rpId, name: 'Passerelle' },
      user: { id: Buffer.from(account.id).toString('base64url'), name: account.name, displayName: account.name },
      challenge,
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout: TIMEOUT_MS,
      attestation: 'none',
      excludeCredentials: others.map((id) => ({ type: 'public-key', id })),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    }),
    readRegistration: ({ challenge, response }) => readRegistration({ challenge, response, origin, rpId }),
    toAssert: ({ challenge, credentials }) => ({
      rpId,
      challenge,
      timeout: TIMEOUT_MS,
      userVerification: 'required',
      allowCredentials: credentials.map(({ id, transports }) => ({ type: 'public-key', id, transports })),
    }),
    credentialIn: (response) => readJson(assertion, response)?.id,
    readAssertion: ({ challenge, response, credential }) =>
      readAssertion({ challenge, response, credential, origin, rpId }),
    verifyEvidence,
  }
}

/** Whether an assertion that was kept was made over that hash, by that passkey, on these pages, with the person verified. Problem `proof-refused`. */
export async function verifyEvidence({
  evidence,
  challengeHash,
  credential,
  origin,
}: EvidenceCheck): Promise<Result<'holds'>> {
  const challenge = Buffer.from(challengeHash, 'hex').toString('base64url')
  // Its counter was held against the one before when it was made.
  const key = { ...credential, counter: 0 }
  const rpId = new URL(origin).hostname
  const read = await readAssertion({ challenge, response: evidence, credential: key, origin, rpId })
  return read.ok ? ok('holds') : read
}

interface Expected {
  readonly challenge: string
  readonly response: string
  readonly origin: string
  readonly rpId: string
}

async function readRegistration({
  challenge,
  response: text,
  origin,
  rpId,
}: Expected): ReturnType<Passkeys['readRegistration']> {
  const response = readJson(registration, text)
  if (response === undefined) return fail('proof-refused')
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (registrationInfo === undefined) return fail('proof-refused')
    const { id, publicKey, counter } = registrationInfo.credential
    const { transports } = response.response
    return ok({ id, publicKey: Buffer.from(publicKey).toString('base64url'), counter, transports })
  } catch {
    return fail('proof-refused')
  }
}

async function readAssertion({
  challenge,
  response: text,
  credential,
  origin,
  rpId,
}: Expected & { readonly credential: CredentialKey }): ReturnType<Passkeys['readAssertion']> {
  const response = readJson(assertion, text)
  if (response?.id !== credential.id) return fail('proof-refused')
  const { id, publicKey, counter } = credential
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter },
    })
    if (!verified) return fail('proof-refused')
    return ok({ counter: authenticationInfo.newCounter, evidence: canonicalise(response) })
  } catch {
    return fail('proof-refused')
  }
}

function readJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
