/** What a case is called: each organisation uses its own name for it, or the handle that it was given, and sees no other. */
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'
import { copyForClass } from '#gateway/core/case-copy/signed-copies.ts'
import type { SignedCopies } from '#gateway/core/case-copy/signed-copies.ts'
import type { Mandate, Registry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { CaseName, StoredMessage } from '#gateway/ports/stored.ts'

/** The case that an organisation means by a name: one whose handle was given to recipients of its kind, else the one of that name. */
export async function caseMeant(
  read: Tx,
  { mandates }: Registry,
  organisation: OrganisationId,
  name: CaseId,
): Promise<CaseId> {
  const types = new Set(mandates.flatMap((mandate) => (mandate.organisation === organisation ? [mandate.type] : [])))
  const named = await read.cases.casesNamed(name)
  const found = named.find(({ audienceClass }) => audienceClass !== undefined && types.has(audienceClass))
  return found?.caseId ?? name
}

/** What a mandate calls the case: as its organisation named it, else by the first handle that it was given; else as it is. */
export async function caseNameFor(
  read: Tx,
  { organisation, type }: Pick<Mandate, 'organisation' | 'type'>,
  { caseId, copies }: Pick<StoredMessage, 'caseId' | 'copies'>,
): Promise<string> {
  const names = await read.cases.names(caseId)
  const own =
    names.find((name) => name.organisation === organisation) ?? names.find((name) => name.audienceClass === type)
  return own?.name ?? copyForClass(copies, type)?.caseHandle ?? caseId
}

/**
 * The names that come with a message, as far as they are new: its sender's own, and a handle for each class. Problem `copies-differ`
 * where a handle is that of another case, or a case has it for its name.
 */
export async function namesFrom(
  tx: Tx,
  caseId: CaseId,
  said: { readonly organisation: OrganisationId; readonly caseId: string; readonly copies: SignedCopies | undefined },
): Promise<Result<readonly CaseName[]>> {
  const known = await tx.cases.names(caseId)
  const names: CaseName[] = []
  const isOwn = said.caseId === caseId && !known.some((name) => name.organisation === said.organisation)
  if (isOwn) names.push({ name: caseId, organisation: said.organisation })
  for (const { caseHandle, audienceClass } of said.copies?.copies ?? []) {
    if (known.some((name) => name.name === caseHandle && name.audienceClass === audienceClass)) continue
    if ((await tx.cases.casesNamed(caseHandle)).length > 0)
      return fail('copies-differ', [{ pointer: '/copies', code: 'handle-of-another' }])
    names.push({ name: caseHandle, audienceClass })
  }
  return ok(names)
}
