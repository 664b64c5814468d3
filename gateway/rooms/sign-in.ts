/** Side room: people sign in, prove again that it is they, stay, and leave. Every sign-in is a new session; the one before in that browser ends. */
import { printInstant } from '#policies/language/instant.ts'
import { z } from 'zod'
import type { Account, Session } from '#gateway/core/account.ts'
import { closedBy } from '#gateway/core/entitled.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { challengeAnybody, challengeIn, spendChallenge } from './sign-in-asked.ts'
import { beginCeremony, takeAssertion, takeCeremony } from './sign-in-proof.ts'
import type { Asked, SignInDeps } from './sign-in-proof.ts'

export interface Entered {
  /** What the browser holds from now on. */
  readonly word: string
  readonly account: Account
}

export interface Entry {
  readonly computer: Session['computer']
  /** Id of the session that the browser had before. */
  readonly replaces?: string | undefined
}

/** What a form with a passkey brought. */
export interface Answer {
  readonly word: string
  readonly response: string
}

export interface SignedIn {
  readonly account: Account
  readonly session: Session
}

/** Asks for any passkey of these pages: nobody is named, so nothing tells whether somebody has an account, and nothing is written. */
export function askSignIn(deps: SignInDeps): Asked {
  const { challenge, word } = challengeAnybody(deps)
  return { word, options: deps.signIn.passkeys.toAssert({ challenge, credentials: [] }) }
}

/** Problems `proof-refused`, and `account-closed` for whoever proved to be somebody who may not come in any more. */
export async function signInByPasskey(deps: SignInDeps, answer: Answer, entry: Entry): Promise<Result<Entered>> {
  const challenged = challengeIn(deps, answer.word)
  if (challenged === undefined) return fail('proof-refused')
  const taken = await takeAssertion(deps, { challenge: challenged.challenge, response: answer.response })
  if (!taken.ok) return taken
  if (!(await spendChallenge(deps, challenged))) return fail('proof-refused')
  const account = await deps.store.read.people.account(taken.value.credential.account)
  return account === undefined ? fail('proof-refused') : enter(deps, { account, method: 'passkey', ...entry })
}

/** A new session of somebody who has just proved who they are. Problem `account-closed`. */
export async function enter(
  deps: SignInDeps,
  { account, method, computer, replaces }: Entry & Pick<Session, 'method'> & { readonly account: Account },
): Promise<Result<Entered>> {
  const at = deps.clock()
  const closed = closedBy(account, deps.registry(), at)
  const word = deps.signIn.newWord()
  const session = { id: sha256Hex(word), account: account.id, method, computer, beganAt: at, seenAt: at }
  await deps.store.transaction(async (tx) => {
    await tx.audit.append({
      at: printInstant(at),
      ...(closed === undefined
        ? { operation: 'alteration', act: 'signed-in' }
        : { operation: 'denied', act: 'sign-in-refused' }),
      actor: account.id,
      role: account.role,
      justification: closed ?? method,
    })
    if (replaces !== undefined) await tx.people.endSession(replaces)
    if (closed === undefined) await tx.people.beginSession({ ...session, steppedUpAt: at })
  })
  return closed === undefined ? ok({ word, account }) : fail('account-closed')
}

const stepState = z.strictObject({ challenge: z.string(), session: z.string() })

/** Asks for a passkey of theirs again. Undefined: they have none. */
export async function askStepUp(deps: SignInDeps, { account, session }: SignedIn): Promise<Asked | undefined> {
  const credentials = await deps.store.read.people.credentialsOf(account.id)
  if (credentials.length === 0) return undefined
  const challenge = deps.signIn.newWord()
  const word = await beginCeremony(deps, 'step-up', { challenge, session: session.id })
  return { word, options: deps.signIn.passkeys.toAssert({ challenge, credentials }) }
}

/** Problem `proof-refused`: also a passkey of somebody else, so that a stolen cookie opens nothing more (H112). */
export async function stepUp(
  deps: SignInDeps,
  { account, session }: SignedIn,
  answer: Answer,
): Promise<Result<'stepped-up'>> {
  const state = stepState.safeParse(await takeCeremony(deps, 'step-up', answer.word)).data
  if (state?.session !== session.id) return fail('proof-refused')
  const taken = await takeAssertion(deps, { challenge: state.challenge, response: answer.response })
  if (!taken.ok) return taken
  if (taken.value.credential.account !== account.id) return fail('proof-refused')
  return markSteppedUp(deps, { account, session })
}

/** They have proved to be there. */
export async function markSteppedUp(deps: SignInDeps, { account, session }: SignedIn): Promise<Result<'stepped-up'>> {
  const at = deps.clock()
  await deps.store.transaction(async (tx) => {
    await tx.people.touchSession(session.id, { seenAt: at, steppedUpAt: at })
    await auditOwn(tx, account, { at, act: 'stepped-up' })
  })
  return ok('stepped-up')
}

/** Somebody is still there. */
export async function stay({ store, clock }: Pick<SignInDeps, 'store' | 'clock'>, session: Session): Promise<void> {
  await store.transaction((tx) => tx.people.touchSession(session.id, { seenAt: clock() }))
}

/** The session ends; what the browser holds opens nothing any more. */
export async function signOut(
  { store, clock }: Pick<SignInDeps, 'store' | 'clock'>,
  { account, session }: SignedIn,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.people.endSession(session.id)
    await auditOwn(tx, account, { at: clock(), act: 'signed-out' })
  })
}

/** What somebody did with their own account. */
export const auditOwn = async (
  tx: Pick<Tx, 'audit'>,
  { id, role }: Pick<Account, 'id' | 'role'>,
  { at, act, digest }: { readonly at: number; readonly act: string; readonly digest?: string },
): Promise<void> => {
  await tx.audit.append({
    at: printInstant(at),
    operation: 'alteration',
    act,
    actor: id,
    role,
    ...(digest === undefined ? {} : { digest }),
  })
}
