/** Side room of the operator: who has an account, in which one role; new ones, with a link that lets them in once, and their ends. */
import type { Instant } from '#policies/language/instant.ts'
import { accountSchema } from '#gateway/core/account.ts'
import type { Account, PageLanguage } from '#gateway/core/account.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { closedBy } from '#gateway/core/entitled.ts'
import type { Closed } from '#gateway/core/entitled.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { auditAccount } from './people-audit.ts'
import { closedOnceOpen, isNotYet, LINK_MS, needsSecond, notYet } from './people-links.ts'
import type { SignInDeps } from './sign-in-proof.ts'

export type PeopleDeps = Pick<SignInDeps, 'store' | 'clock' | 'newId' | 'registry'> & {
  readonly signIn: Pick<SignInDeps['signIn'], 'newWord'>
}

/** Who does it: the id of an account, or `operator` at the machine itself. */
export type Actor = string

/** Nobody is signed in at the machine: whoever can do everything there needs nobody else. */
export const AT_THE_MACHINE: Actor = 'operator'

const operator = (id: Actor) => ({ id, role: 'operator' }) as const

export interface PersonLine {
  readonly account: Account
  readonly passkeys: number
  /** `invited`: nothing to sign in with yet. */
  readonly standing: 'open' | 'invited' | Closed
}

export interface MandateLine {
  readonly mandate: Mandate
  readonly isInForce: boolean
  readonly accounts: number
}

/** All accounts by name, and the mandates of the registry with how many people read for each. */
export async function listPeople({
  store,
  clock,
  registry,
}: Pick<PeopleDeps, 'store' | 'clock' | 'registry'>): Promise<{
  readonly people: readonly PersonLine[]
  readonly mandates: readonly MandateLine[]
}> {
  const at = clock()
  const members = registry()
  const accounts = await store.read.people.accounts()
  const people = await Promise.all(
    accounts.map(async (account): Promise<PersonLine> => {
      const passkeys = (await store.read.people.credentialsOf(account.id)).length
      const isInvited = passkeys === 0 && (account.subject === undefined || isNotYet(account, at))
      return { account, passkeys, standing: closedOnceOpen(account, members, at) ?? (isInvited ? 'invited' : 'open') }
    }),
  )
  const open = people.filter(({ standing }) => standing === 'open' || standing === 'invited')
  const mandates = members.mandates.map((mandate) => ({
    mandate,
    isInForce: isInForce(mandate, at),
    accounts: open.filter(({ account }) => account.mandate === mandate.id).length,
  }))
  return { people, mandates }
}

export interface Invitation {
  readonly account: Account
  /** The last part of the link; shown once and kept nowhere. */
  readonly word: string
  readonly until: Instant
  /** It opens nothing before an officer confirms it. */
  readonly isProposed: boolean
}

/** As somebody wrote it. */
export type NewPerson = Partial<Record<'name' | 'role' | 'organisation' | 'mandate' | 'subject', string>>

/** Problem `request-malformed`, with the members that are wrong: `/mandate` also where the registry does not hold it in force. */
export async function addPerson(deps: PeopleDeps, by: Actor, given: NewPerson): Promise<Result<Invitation>> {
  const at = deps.clock()
  const read = accountSchema.safeParse({ id: deps.newId(), from: at, ...withoutBlanks(given) })
  if (!read.success)
    return fail(
      'request-malformed',
      read.error.issues.map(({ path, code }) => ({ pointer: `/${path.join('/')}`, code })),
    )
  const account = read.data
  if (!isKnown(deps, account)) return fail('request-malformed', [{ pointer: '/organisation', code: 'unknown' }])
  if (closedBy(account, deps.registry(), at) !== undefined)
    return fail('request-malformed', [{ pointer: '/mandate', code: 'unknown' }])
  return deps.store.transaction(async (tx): Promise<Result<Invitation>> => {
    const { subject } = account
    if (subject !== undefined && (await tx.people.accountOfSubject(subject)) !== undefined)
      return fail('request-malformed', [{ pointer: '/subject', code: 'taken' }])
    const isWaiting = by !== AT_THE_MACHINE && (await needsSecond(tx, account))
    await tx.people.putAccount(isWaiting ? notYet(account) : account)
    await auditAccount(tx, { at, act: 'account-added', by: operator(by), account })
    return ok(await invite(deps, tx, { account, by }))
  })
}

/** A member of the network, or whoever runs this gateway. */
function isKnown({ registry }: Pick<PeopleDeps, 'registry'>, { organisation }: Account): boolean {
  const { participants, broker } = registry()
  return organisation === broker.id || participants.some(({ id }) => id === organisation)
}

const withoutBlanks = (given: NewPerson): NewPerson =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''))

/** One more link for somebody who lost what they sign in with. Problem `not-found`: no such account, or it opens nothing. */
export async function inviteAgain(deps: PeopleDeps, by: Actor, id: string): Promise<Result<Invitation>> {
  return deps.store.transaction(async (tx): Promise<Result<Invitation>> => {
    const at = deps.clock()
    const account = await tx.people.account(id)
    if (account === undefined || closedOnceOpen(account, deps.registry(), at) !== undefined) return fail('not-found')
    await auditAccount(tx, { at, act: 'account-invited', by: operator(by), account })
    return ok(await invite(deps, tx, { account, by }))
  })
}

interface Inviting {
  readonly account: Account
  readonly by: Actor
}

async function invite(
  { signIn, clock }: PeopleDeps,
  tx: Pick<Tx, 'people'>,
  { account, by }: Inviting,
): Promise<Invitation> {
  const [word, at] = [signIn.newWord(), clock()]
  const until = at + LINK_MS
  const isProposed = by !== AT_THE_MACHINE && (await needsSecond(tx, account))
  const proposed = isProposed ? { proposedBy: by, proposedAt: at } : {}
  await tx.people.addLink({ id: sha256Hex(word), account: account.id, until, ...proposed })
  return { account, word, until, isProposed }
}

/** The account opens nothing from now on, and whoever is signed in with it is out. Problems `not-found`; `message-out-of-turn`: it is one's own. */
export async function endPerson(
  { store, clock }: Pick<PeopleDeps, 'store' | 'clock'>,
  by: Actor,
  id: string,
): Promise<Result<Account>> {
  if (id === by) return fail('message-out-of-turn', [{ pointer: '', code: 'own-account' }])
  return store.transaction(async (tx): Promise<Result<Account>> => {
    const account = await tx.people.account(id)
    if (account === undefined || account.endedAt !== undefined) return fail('not-found')
    const at = clock()
    const ended = { ...account, endedAt: at }
    await tx.people.putAccount(ended)
    await tx.people.endSessions({ account: id })
    await tx.keptForms.forget({ account: id })
    await auditAccount(tx, { at, act: 'account-ended', by: operator(by), account })
    return ok(ended)
  })
}

/** A link for the first operator, where nobody has an account yet, or nobody came in by the link before: it may be lost. Undefined otherwise. */
export async function inviteFirst(deps: PeopleDeps): Promise<Invitation | undefined> {
  const [first, ...others] = await deps.store.read.people.accounts()
  if (others.length > 0) return undefined
  const invited = first === undefined ? await addFirst(deps) : await inviteUnused(deps, first)
  return invited?.ok === true ? invited.value : undefined
}

const addFirst = (deps: PeopleDeps): Promise<Result<Invitation>> =>
  addPerson(deps, AT_THE_MACHINE, {
    name: 'First operator',
    role: 'operator',
    organisation: deps.registry().broker.id,
  })

async function inviteUnused(deps: PeopleDeps, first: Account): Promise<Result<Invitation> | undefined> {
  const { id, role, subject } = first
  const isUsed = subject !== undefined || (await deps.store.read.people.credentialsOf(id)).length > 0
  return isUsed || role !== 'operator' ? undefined : inviteAgain(deps, AT_THE_MACHINE, id)
}

/** The language of the pages for this account from now on, on whatever browser. Nothing where it ended meanwhile. */
export async function keepLanguage(
  { store }: Pick<PeopleDeps, 'store'>,
  id: string,
  language: PageLanguage,
): Promise<void> {
  await store.transaction(async ({ people }) => {
    const account = await people.account(id)
    if (account !== undefined && account.endedAt === undefined) await people.putAccount({ ...account, language })
  })
}
