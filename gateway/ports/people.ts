/** People: accounts, what they sign in with, and who is signed in. One part of the store. */
import type { Instant } from '#policies/language/instant.ts'
import type { Account, Session } from '#gateway/core/account.ts'

/** A passkey: public things only (WebAuthn Level 3, §6). */
export interface Credential {
  /** base64url, of the authenticator. */
  readonly id: string
  readonly account: string
  /** COSE key, base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  /** What its owner calls it. */
  readonly label: string
  readonly addedAt: Instant
  readonly usedAt?: Instant
}

/** Something begun in a browser that has to be ended there in time, once: a sign-in, a registration, an approval. */
export interface Ceremony {
  /** SHA-256 of what the browser holds, hex. */
  readonly id: string
  readonly kind: string
  /** JSON without content: challenge, nonce, verifier, what it is for. */
  readonly state: string
  readonly until: Instant
}

/** A link that lets one person in once, to register a passkey. */
export interface EntryLink {
  /** SHA-256 of the word in the link, hex. */
  readonly id: string
  readonly account: string
  readonly until: Instant
  /** Whoever proposed it and when, where somebody else has to confirm it. */
  readonly proposedBy?: string
  readonly proposedAt?: Instant
  readonly confirmedBy?: string
  /** SHA-256 of what whoever confirmed it tells the person beside the link, hex. */
  readonly code?: string
}

export interface People {
  /** Writes a new account, or the account of that id as it is from now on. */
  readonly putAccount: (account: Account) => Promise<void>
  readonly account: (id: string) => Promise<Account | undefined>
  readonly accountOfSubject: (subject: string) => Promise<Account | undefined>
  /** By name. */
  readonly accounts: () => Promise<readonly Account[]>
  readonly addCredential: (credential: Credential) => Promise<void>
  readonly credential: (id: string) => Promise<Credential | undefined>
  readonly credentialsOf: (account: string) => Promise<readonly Credential[]>
  /** Counts a use where the counter is still the one that was read; answers whether it was. */
  readonly useCredential: (
    credential: Pick<Credential, 'id' | 'counter'>,
    use: { readonly counter: number; readonly at: Instant },
  ) => Promise<boolean>
  readonly removeCredential: (id: string) => Promise<void>
  readonly beginSession: (session: Session) => Promise<void>
  readonly session: (id: string) => Promise<Session | undefined>
  readonly touchSession: (id: string, marks: Pick<Session, 'seenAt'> & Partial<Session>) => Promise<void>
  readonly endSession: (id: string) => Promise<void>
  /** All of an account, or of all accounts those that ended before; answers how many. */
  readonly endSessions: (which: { readonly account: string } | { readonly seenBefore: Instant }) => Promise<number>
  readonly beginCeremony: (ceremony: Ceremony) => Promise<void>
  /** It can be taken once, and in its time. */
  readonly takeCeremony: (id: string, at: Instant) => Promise<Ceremony | undefined>
  readonly addLink: (link: EntryLink) => Promise<void>
  /** Without spending it. */
  readonly link: (id: string, at: Instant) => Promise<EntryLink | undefined>
  /** Those that somebody has to confirm or has confirmed, oldest first. */
  readonly proposedLinks: (at: Instant) => Promise<readonly EntryLink[]>
  /** Only one that nobody has confirmed. */
  readonly confirmLink: (
    id: string,
    confirmed: Required<Pick<EntryLink, 'confirmedBy' | 'code' | 'until'>>,
  ) => Promise<void>
  readonly takeLink: (id: string, at: Instant) => Promise<EntryLink | undefined>
  /** Lets go of ceremonies and links that ended before. */
  readonly forgetEnded: (before: Instant) => Promise<void>
}
