/** Side room: what an organisation calls a case among its own people. It is no content: it goes nowhere, and nothing is judged by it. */
import { labelKey, readLabel } from '#gateway/core/case-label.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { aboutOf, owned } from './own-delivery.ts'
import { namesFor } from './case-names.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** What a case is called: by the name that this recipient was given, and by the label of its organisation, where it has one. */
export interface Called {
  readonly name: string
  readonly label?: string
}

export async function labelOf(
  read: Tx,
  { organisation, caseId }: Pick<Delivery, 'organisation' | 'caseId'>,
): Promise<{ readonly label?: string }> {
  const label = await read.labels.of(caseId, organisation)
  return label === undefined ? {} : { label }
}

/** What the case of a delivery is called, without a look at it. */
export async function calledIn(
  { store: { read } }: Pick<Deps, 'store'>,
  reader: HostedReader,
  row: Delivery,
): Promise<Called> {
  const stored = await read.messages.get(row.messageId)
  const copies = stored?.copies === undefined ? {} : { copies: stored.copies }
  const { caseName } = await namesFor(read, reader.mandate, { id: row.messageId, caseId: row.caseId, ...copies })
  return { name: caseName, ...(await labelOf(read, row)) }
}

/** Gives the case of a delivery that label, or none for an empty text. Problems `not-found`, and `request-malformed` with the fault of the label. */
export async function labelCase(
  deps: Pick<Deps, 'store' | 'clock'>,
  reader: HostedReader,
  { id, written }: { readonly id: DeliveryId; readonly written: string },
): Promise<Result<Delivery>> {
  const label = readLabel(written)
  if (label.kind === 'wrong') return fail('request-malformed', [{ pointer: '/label', code: label.fault }])
  return deps.store.transaction(async (tx): Promise<Result<Delivery>> => {
    const found = await owned(tx, reader, id)
    if (!found.ok) return found
    const { caseId, organisation } = found.value
    const before = await tx.labels.of(caseId, organisation)
    const text = label.kind === 'label' ? label.text : undefined
    if (text === before) return found
    const setAt = deps.clock()
    if (text === undefined) await tx.labels.remove(caseId, organisation)
    else await tx.labels.put({ caseId, organisation, text, key: labelKey(text), setAt })
    // That there is one, never what it says.
    const act = text === undefined ? 'case-unlabelled' : 'case-labelled'
    const { account, mandate } = reader
    await tx.audit.append({
      ...aboutOf(found.value, setAt),
      operation: 'alteration',
      act,
      actor: account,
      role: mandate.id,
    })
    return ok(found.value)
  })
}
