/** Side room: a person proves, by a passkey of their own, to mean exactly what a hash says (D25). */
import { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Credential } from '#gateway/ports/people.ts'
import type { SignIn } from '#gateway/ports/sign-in.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'

export interface SignInDeps extends Pick<Deps, 'store' | 'clock' | 'newId' | 'registry' | 'log' | 'cursorSecret'> {
  readonly signIn: SignIn
}

/** How long what was begun in a browser may be ended there, ms. */
export const CEREMONY_MS = 10 * 60_000

/** What is asked of a browser, and the word by which its answer is known. */
export interface Asked {
  readonly word: string
  /** For the browser, as JSON. */
  readonly options: object
}

export interface Proof {
  readonly credentialId: string
  /** JSON that holds for whoever has the public key, the hash and the origin: see `verifyEvidence`. */
  readonly evidence: string
}

const proofState = z.strictObject({ account: z.string(), challengeHash: z.string() })

/** Asks the person for a signature over that SHA-256 (hex). Undefined: they have no passkey. */
export async function askProof(deps: SignInDeps, account: string, challengeHash: string): Promise<Asked | undefined> {
  const credentials = await deps.store.read.people.credentialsOf(account)
  if (credentials.length === 0) return undefined
  const word = await beginCeremony(deps, 'proof', { account, challengeHash })
  const options = deps.signIn.passkeys.toAssert({ challenge: challengeOf(challengeHash), credentials })
  return { word, options }
}

/** Takes what came, once. Problem `proof-refused`. */
export async function takeProof(
  deps: SignInDeps,
  given: {
    readonly account: string
    readonly challengeHash: string
    readonly word: string
    readonly response: string
  },
): Promise<Result<Proof>> {
  const state = proofState.safeParse(await takeCeremony(deps, 'proof', given.word)).data
  if (state?.account !== given.account || state.challengeHash !== given.challengeHash) return fail('proof-refused')
  const taken = await takeAssertion(deps, { challenge: challengeOf(given.challengeHash), response: given.response })
  if (!taken.ok) return taken
  const { credential, evidence } = taken.value
  return credential.account === given.account ? ok({ credentialId: credential.id, evidence }) : fail('proof-refused')
}

const challengeOf = (hash: string): string => Buffer.from(hash, 'hex').toString('base64url')

/** A signature of any passkey that we know over that challenge; its use is counted. Problem `proof-refused`. */
export async function takeAssertion(
  { store, clock, signIn }: Pick<SignInDeps, 'store' | 'clock' | 'signIn'>,
  { challenge, response }: { readonly challenge: string; readonly response: string },
): Promise<Result<{ readonly credential: Credential; readonly evidence: string }>> {
  const id = signIn.passkeys.credentialIn(response)
  const credential = id === undefined ? undefined : await store.read.people.credential(id)
  if (credential === undefined) return fail('proof-refused')
  const read = await signIn.passkeys.readAssertion({ challenge, response, credential })
  if (!read.ok) return read
  const { counter, evidence } = read.value
  // Whoever used it in between has a copy of it, or the same assertion.
  const isCounted = await store.transaction(({ people }) => people.useCredential(credential, { counter, at: clock() }))
  return isCounted ? ok({ credential, evidence }) : fail('proof-refused')
}

/** Begins something that a browser has to end in time; the answer is what it holds. */
export async function beginCeremony(
  { store, clock, signIn }: Pick<SignInDeps, 'store' | 'clock' | 'signIn'>,
  kind: string,
  state: object,
): Promise<string> {
  const word = signIn.newWord()
  const ceremony = { id: sha256Hex(word), kind, state: JSON.stringify(state), until: clock() + CEREMONY_MS }
  await store.transaction(async ({ people }: Tx) => {
    // What nobody ended is let go of by whoever begins next: there are never more than of one such time.
    await people.forgetEnded(clock())
    await people.beginCeremony(ceremony)
  })
  return word
}

/** Its state, once; undefined where nothing of that kind was begun so, or it was ended. */
export async function takeCeremony(
  { store, clock }: Pick<SignInDeps, 'store' | 'clock'>,
  kind: string,
  word: string,
): Promise<unknown> {
  const taken = await store.transaction(({ people }) => people.takeCeremony(sha256Hex(word), clock()))
  return taken?.kind === kind ? JSON.parse(taken.state) : undefined
}
