/** Side room: links that let somebody in once, and the passkeys that people add and put away. */
import { z } from 'zod'
import type { Account } from '#gateway/core/account.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Credential, EntryLink } from '#gateway/ports/people.ts'
import { asksFor, closedOnceOpen, isCodeOf } from './people-links.ts'
import { auditOwn, enter } from './sign-in.ts'
import type { Answer, Entered, Entry } from './sign-in.ts'
import { beginCeremony, takeCeremony } from './sign-in-proof.ts'
import type { Asked, SignInDeps } from './sign-in-proof.ts'

/** Most passkeys of one person. */
const MAX_PASSKEYS = 10

/** Most characters of what its owner calls one. */
const MAX_LABEL = 60

/** Somebody whom a link lets in, and what they still need beside it. */
export interface LinkRead {
  readonly account: Account
  readonly link: EntryLink
  readonly asks: ReturnType<typeof asksFor>
}

/** Whom the link lets in, without spending it. Problem `not-found`: no such link, or spent, or too late, or of somebody who may not come in. */
export async function readLink(deps: SignInDeps, linkWord: string): Promise<Result<LinkRead>> {
  const at = deps.clock()
  const link = await deps.store.read.people.link(sha256Hex(linkWord), at)
  const account = link === undefined ? undefined : await deps.store.read.people.account(link.account)
  if (link === undefined || account === undefined || closedOnceOpen(account, deps.registry(), at) !== undefined)
    return fail('not-found')
  return ok({ account, link, asks: asksFor(link) })
}

/** Asks a browser to make a passkey for the account. */
export async function askPasskey(deps: SignInDeps, account: Account): Promise<Asked> {
  const challenge = deps.signIn.newWord()
  const others = (await deps.store.read.people.credentialsOf(account.id)).map(({ id }) => id)
  const word = await beginCeremony(deps, 'passkey', { challenge, account: account.id })
  return { word, options: deps.signIn.passkeys.toRegister({ challenge, account, others }) }
}

const passkeyState = z.strictObject({ challenge: z.string(), account: z.string() })

/** Adds the passkey, spends the link, and lets its owner in. Problems `not-found` and `proof-refused`, also for a link without its code; the link is spent only with the passkey. */
export async function enterByLink(
  deps: SignInDeps,
  given: Answer & Entry & { readonly linkWord: string; readonly code: string; readonly label: string },
): Promise<Result<Entered>> {
  const read = await readLink(deps, given.linkWord)
  if (!read.ok) return read
  const { account, asks, link: found } = read.value
  if (asks === 'confirmation' || (asks === 'code' && !isCodeOf(found, given.code))) return fail('proof-refused')
  const credential = await readPasskey(deps, account, given)
  if (!credential.ok) return credential
  const isFirst = await deps.store.transaction(async (tx) => {
    const link = await tx.people.takeLink(sha256Hex(given.linkWord), deps.clock())
    if (link === undefined) return false
    await tx.people.addCredential(credential.value)
    await auditOwn(tx, account, addedEvent(credential.value))
    return true
  })
  return isFirst ? enter(deps, { ...given, account, method: 'link' }) : fail('not-found')
}

/** One more passkey of somebody signed in. Problem `proof-refused`, also past the tenth. */
export async function addPasskey(
  deps: SignInDeps,
  account: Account,
  given: Answer & { readonly label: string },
): Promise<Result<Credential>> {
  const credential = await readPasskey(deps, account, given)
  if (!credential.ok) return credential
  if ((await deps.store.read.people.credentialsOf(account.id)).length >= MAX_PASSKEYS) return fail('proof-refused')
  await deps.store.transaction(async (tx) => {
    await tx.people.addCredential(credential.value)
    await auditOwn(tx, account, addedEvent(credential.value))
  })
  return credential
}

/** Problem `not-found`: it is not theirs, or the last that they have. */
export async function removePasskey(deps: SignInDeps, account: Account, id: string): Promise<Result<'removed'>> {
  return deps.store.transaction(async (tx): Promise<Result<'removed'>> => {
    const own = await tx.people.credentialsOf(account.id)
    const credential = own.find((one) => one.id === id)
    if (credential === undefined || own.length === 1) return fail('not-found')
    await tx.people.removeCredential(id)
    await auditOwn(tx, account, { at: deps.clock(), act: 'passkey-removed', digest: sha256Hex(credential.publicKey) })
    return ok('removed')
  })
}

/** Its key by its digest: whoever keeps evidence can tell later whose it was. */
const addedEvent = ({ publicKey, addedAt }: Credential) => ({
  at: addedAt,
  act: 'passkey-added',
  digest: sha256Hex(publicKey),
})

async function readPasskey(
  deps: SignInDeps,
  account: Account,
  { word, response, label }: Answer & { readonly label: string },
): Promise<Result<Credential>> {
  const state = passkeyState.safeParse(await takeCeremony(deps, 'passkey', word)).data
  if (state?.account !== account.id) return fail('proof-refused')
  const read = await deps.signIn.passkeys.readRegistration({ challenge: state.challenge, response })
  if (!read.ok) return read
  // One passkey is one person's; ids are the authenticator's to choose.
  if ((await deps.store.read.people.credential(read.value.id)) !== undefined) return fail('proof-refused')
  const named = label.trim().slice(0, MAX_LABEL)
  return ok({ ...read.value, account: account.id, label: named, addedAt: deps.clock() })
}

/** Oldest first. */
export const passkeysOf = ({ store }: Pick<SignInDeps, 'store'>, { id }: Account): Promise<readonly Credential[]> =>
  store.read.people.credentialsOf(id)
