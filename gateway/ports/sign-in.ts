/** What people prove themselves by: passkeys (WebAuthn Level 3), and whoever vouches for them elsewhere (OpenID Connect). */
import type { Account } from '#gateway/core/account.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Credential } from './people.ts'

/** Enough of a passkey to check what it signed. */
export type CredentialKey = Pick<Credential, 'id' | 'publicKey' | 'counter'>

/** What an assertion was made over and by whom, for whoever checks it later. */
export interface EvidenceCheck {
  /** As `readAssertion` was given it: JSON. */
  readonly evidence: string
  /** SHA-256 of what was approved, hex. */
  readonly challengeHash: string
  readonly credential: Pick<Credential, 'id' | 'publicKey'>
  /** `https://…` of the pages it was made on. */
  readonly origin: string
}

/** Challenges are base64url; each is good once, and whoever calls sees to that. */
export interface Passkeys {
  /** What a browser is asked to make a passkey by: PublicKeyCredentialCreationOptionsJSON. */
  readonly toRegister: (given: {
    readonly challenge: string
    readonly account: Pick<Account, 'id' | 'name'>
    /** Those that the person has already. */
    readonly others: readonly string[]
  }) => object
  /** Problem `proof-refused`: another origin or challenge, nobody verified, or not a passkey that we ask for. */
  readonly readRegistration: (given: {
    readonly challenge: string
    readonly response: string
  }) => Promise<Result<Pick<Credential, 'id' | 'publicKey' | 'counter' | 'transports'>>>
  /** What a browser is asked to sign by: PublicKeyCredentialRequestOptionsJSON. No credentials: whichever the person has for these pages. */
  readonly toAssert: (given: {
    readonly challenge: string
    readonly credentials: readonly Pick<Credential, 'id' | 'transports'>[]
  }) => object
  /** Which credential a response says that it is of; unproven. */
  readonly credentialIn: (response: string) => string | undefined
  /** Its new counter. Problem `proof-refused`: other origin, other challenge, old counter, nobody verified, or a signature of another key. */
  readonly readAssertion: (given: {
    readonly challenge: string
    readonly response: string
    readonly credential: CredentialKey
  }) => Promise<Result<{ readonly counter: number; readonly evidence: string }>>
  /** The same of an assertion that was kept. */
  readonly verifyEvidence: (given: EvidenceCheck) => Promise<Result<'holds'>>
}

/** Somebody elsewhere who vouches for people. */
export interface Oidc {
  /** Host of the issuer, as people are told it. */
  readonly name: string
  /** Where the browser is sent, and what it must bring back. `again`: they prove anew that it is they. Problem `issuer-unavailable`. */
  readonly begin: (given: {
    readonly kind: 'sign-in' | 'again'
  }) => Promise<Result<{ readonly to: string; readonly state: OidcState }>>
  /** Whom it vouches for: `issuer subject`. Problems `sign-in-refused` and `issuer-unavailable`. */
  readonly finish: (given: {
    readonly query: string
    readonly state: OidcState
  }) => Promise<Result<{ readonly subject: string }>>
}

/** Of one sign-in; none of it leaves this side. */
export interface OidcState {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Whoever came to be there before it does not count; seconds since 1970. */
  readonly authenticatedFrom?: number | undefined
}

export interface SignIn {
  readonly passkeys: Passkeys
  readonly oidc?: Oidc
  /** 256 random bits, base64url: what a browser holds, of which only a hash is kept. */
  readonly newWord: () => string
  /** Seals under a word that we do not keep, bound to what it is about. */
  readonly sealText: (given: { readonly word: string; readonly text: string; readonly about: string }) => string
  /** Undefined: another word, about something else, or altered. */
  readonly openText: (given: {
    readonly word: string
    readonly sealed: string
    readonly about: string
  }) => string | undefined
}
