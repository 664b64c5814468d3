/** Side room: links for whoever reads content or signs policy take two people: an operator proposes and has the link, an officer confirms and has the code. */
import type { Instant } from '#policies/language/instant.ts'
import type { Account } from '#gateway/core/account.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { closedBy } from '#gateway/core/entitled.ts'
import type { Closed } from '#gateway/core/entitled.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { EntryLink } from '#gateway/ports/people.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { PeopleDeps } from './people.ts'
import { auditAccount } from './people-audit.ts'

/** How long a link lets somebody in, and how long one waits to be confirmed. */
export const LINK_MS = 24 * 3_600_000

const CODE_CHARACTERS = 12

/** So far ahead that it never comes: whoever is vouched for elsewhere needs no link, and does not come in before it is confirmed either. */
const NOT_YET_MS = 100 * 365 * 86_400_000

/** The account as it is written while its link waits. */
export const notYet = (account: Account): Account =>
  account.subject === undefined ? account : { ...account, from: account.from + NOT_YET_MS }

export const isNotYet = ({ from }: Account, at: Instant): boolean => from > at

/** Why it would open nothing once it is confirmed. */
export const closedOnceOpen = (account: Account, registry: Registry, at: Instant): Closed | undefined =>
  closedBy({ ...account, from: Math.min(account.from, at) }, registry, at)

/**
 * Whether a second person has to confirm a link for that account: who reads or signs, from the day on which an officer can have come in.
 * An officer who ended counts on: nobody is rid of the rule by ending them all.
 */
export async function needsSecond({ people }: Pick<Tx, 'people'>, account: Account): Promise<boolean> {
  if (account.role !== 'reader' && account.role !== 'officer') return false
  for (const { id, role, subject } of await people.accounts()) {
    if (role !== 'officer') continue
    if (id !== account.id && subject !== undefined) return true
    if ((await people.credentialsOf(id)).length > 0) return true
  }
  return false
}

export interface ProposedLink {
  readonly id: string
  readonly account: Account
  /** Name of whoever proposed it, or the id where there is none any more. */
  readonly proposedBy: string
  readonly proposedAt: Instant
  /** Name of the officer; undefined while it waits. */
  readonly confirmedBy?: string
  readonly until: Instant
}

/** Those that wait for an officer, and those that wait for their person; oldest first. */
export async function proposedLinks({
  store: { read },
  clock,
}: Pick<PeopleDeps, 'store' | 'clock'>): Promise<readonly ProposedLink[]> {
  const [links, accounts] = [await read.people.proposedLinks(clock()), await read.people.accounts()]
  const named = new Map(accounts.map((account) => [account.id, account]))
  return links.flatMap(({ id, account, until, proposedBy = '', proposedAt = 0, confirmedBy }) => {
    const whom = named.get(account)
    if (whom === undefined) return []
    const by = confirmedBy === undefined ? {} : { confirmedBy: named.get(confirmedBy)?.name ?? confirmedBy }
    return [{ id, account: whom, until, proposedBy: named.get(proposedBy)?.name ?? proposedBy, proposedAt, ...by }]
  })
}

export interface Confirmed {
  readonly account: Account
  /** What the person types beside the link; shown once and kept nowhere. */
  readonly code: string
  readonly until: Instant
}

/** Problems `not-found`: nothing waits under that id; `message-out-of-turn`: it is for the officer who confirms. */
export async function confirmLink(deps: PeopleDeps, by: Account, id: string): Promise<Result<Confirmed>> {
  return deps.store.transaction(async (tx): Promise<Result<Confirmed>> => {
    const at = deps.clock()
    const account = await waitingFor(deps, tx, id)
    if (account === undefined) return fail('not-found')
    if (account.id === by.id) return fail('message-out-of-turn', [{ pointer: '', code: 'own-account' }])
    const code = sha256Hex(deps.signIn.newWord()).slice(0, CODE_CHARACTERS)
    const until = at + LINK_MS
    await tx.people.confirmLink(id, { confirmedBy: by.id, code: codeDigest(id, code), until })
    if (isNotYet(account, at)) await tx.people.putAccount({ ...account, from: at })
    await auditAccount(tx, { at, act: 'link-confirmed', by, account })
    return ok({ account, code, until })
  })
}

/** It lets nobody in any more. Problem `not-found`. */
export async function refuseLink(deps: PeopleDeps, by: Account, id: string): Promise<Result<Account>> {
  return deps.store.transaction(async (tx): Promise<Result<Account>> => {
    const at = deps.clock()
    const link = await tx.people.link(id, at)
    const account = link?.proposedBy === undefined ? undefined : await tx.people.account(link.account)
    if (account === undefined) return fail('not-found')
    await tx.people.takeLink(id, at)
    await auditAccount(tx, { at, act: 'link-refused', by, account })
    return ok(account)
  })
}

async function waitingFor({ clock, registry }: PeopleDeps, tx: Tx, id: string): Promise<Account | undefined> {
  const at = clock()
  const link = await tx.people.link(id, at)
  if (link === undefined || asksFor(link) !== 'confirmation') return undefined
  const account = await tx.people.account(link.account)
  return account === undefined || closedOnceOpen(account, registry(), at) !== undefined ? undefined : account
}

/** What is still missing for somebody who has the link. */
export const asksFor = ({ proposedBy, confirmedBy }: EntryLink): 'nothing' | 'code' | 'confirmation' =>
  proposedBy === undefined ? 'nothing' : confirmedBy === undefined ? 'confirmation' : 'code'

/** Whether what was typed is the code of the link, however it was grouped. */
export const isCodeOf = ({ id, code }: EntryLink, typed: string): boolean =>
  code === codeDigest(id, typed.toLowerCase().replaceAll(/[^0-9a-f]/g, ''))

const codeDigest = (id: string, code: string): string => sha256Hex(`${id} ${code}`)
