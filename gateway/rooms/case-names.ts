/** What a case and its messages are called: each organisation uses its own name for it, or the handle that it was given, and sees no other. */
import type { CaseId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { copyForClass } from '#gateway/core/case-copy/signed-copies.ts'
import type { SignedCopies } from '#gateway/core/case-copy/signed-copies.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Mandate, Registry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { CaseName, StoredMessage } from '#gateway/ports/stored.ts'

type Named = CaseName & { readonly caseId: CaseId }

/** The case that an organisation means: one whose handle was given to recipients of its types, else the one of that name. */
export const caseMeant = async (
  read: Tx,
  registry: Registry,
  organisation: OrganisationId,
  name: CaseId,
): Promise<CaseId> => (await given(read, registry, organisation, name))?.caseId ?? name

/** The message as it is known in here: what it says of its case and of what it answers, a recipient says by the names that it was shown. */
export async function asNamedHere(
  read: Tx,
  registry: Registry,
  sender: OrganisationId,
  message: Message,
): Promise<Message> {
  const caseId = await caseMeant(read, registry, sender, message.caseId)
  const { inReplyTo } = message
  const answered = inReplyTo === undefined ? undefined : await given(read, registry, sender, inReplyTo)
  return answered?.messageId === undefined
    ? { ...message, caseId }
    : { ...message, caseId, inReplyTo: answered.messageId }
}

/** What was given under that name to recipients of a type that the organisation has. */
async function given(
  read: Tx,
  { mandates }: Registry,
  organisation: OrganisationId,
  name: string,
): Promise<Named | undefined> {
  const types = new Set(mandates.flatMap((mandate) => (mandate.organisation === organisation ? [mandate.type] : [])))
  const named = await read.cases.casesNamed(name)
  const found = named.find(({ audienceClass }) => audienceClass !== undefined && types.has(audienceClass))
  return found
}

/** What a mandate calls a case and a message of it. */
export interface NamesShown {
  readonly caseName: string
  /** Undefined where it has no other than the gateway's. */
  readonly messageName: string | undefined
}

/**
 * Of the case the first of the names that its organisation gave it or was given, and always that one; of the message the id of the copy
 * for its type, or the one that was made for who has no copy.
 */
export async function namesFor(
  read: Tx,
  { organisation, type }: Pick<Mandate, 'organisation' | 'type'>,
  { caseId, copies, id }: Pick<StoredMessage, 'caseId' | 'copies' | 'id'>,
): Promise<NamesShown> {
  const names = await read.cases.names(caseId)
  const first = names.find(
    (name) => name.messageId === undefined && (name.organisation === organisation || name.audienceClass === type),
  )
  const copy = copyForClass(copies, type)
  const named = names.find(({ messageId, audienceClass }) => messageId === id && audienceClass === type)
  return { caseName: first?.name ?? copy?.caseHandle ?? caseId, messageName: copy?.jti ?? named?.name }
}

/**
 * The names that come with a message, as far as they are new: its sender's own, and a handle for each class. Problem `copies-differ`
 * where a handle is that of another case, or a case has it for its name.
 */
export async function namesFrom(
  tx: Tx,
  caseId: CaseId,
  said: {
    readonly organisation: OrganisationId
    readonly caseId: string
    readonly messageId: MessageId
    readonly copies: SignedCopies | undefined
    /** Types of recipients that the network knows, and a handle for each: of this gateway's own making, where its sender gave none. */
    readonly types: ReadonlySet<string>
    readonly newHandle: () => string
    /** Types that the message goes to, and a UUID for it for each that was given no copy. */
    readonly reached: ReadonlySet<string>
    readonly newName: () => string
  },
): Promise<Result<readonly CaseName[]>> {
  const known = await tx.cases.names(caseId)
  const names: CaseName[] = []
  const isOwn = said.caseId === caseId && !known.some((name) => name.organisation === said.organisation)
  if (isOwn) names.push({ name: caseId, organisation: said.organisation })
  for (const { caseHandle, audienceClass, jti } of said.copies?.copies ?? []) {
    names.push({ name: jti, audienceClass, messageId: said.messageId })
    if (known.some((name) => name.name === caseHandle && name.audienceClass === audienceClass)) continue
    if ((await tx.cases.casesNamed(caseHandle)).length > 0)
      return fail('copies-differ', [{ pointer: '/copies', code: 'handle-of-another' }])
    names.push({ name: caseHandle, audienceClass })
  }
  // Whoever is shown it without a copy is not shown what its sender calls the case.
  for (const audienceClass of said.copies === undefined ? [] : said.reached)
    if (copyForClass(said.copies, audienceClass) === undefined)
      names.push({ name: said.newName(), audienceClass, messageId: said.messageId })
  for (const audienceClass of said.copies === undefined ? [] : said.types) {
    const isNamed = [...known, ...names].some(
      (name) => name.audienceClass === audienceClass && name.messageId === undefined,
    )
    if (!isNamed) names.push({ name: said.newHandle(), audienceClass })
  }
  return ok(names)
}
