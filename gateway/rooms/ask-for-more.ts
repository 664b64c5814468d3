/** Side room: somebody at a hosted inbox asks for more than policy shows. The same words whether or not there is more. */
import type { Instant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { DeliveryId, MessageId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Ask, AskUrgency } from '#gateway/core/ask.ts'
import { namesFor } from './case-names.ts'
import type { Deps } from './deps.ts'
import { aboutOf, owned } from './own-delivery.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** Within 8 hours, 3 days, 7 days (Directive (EU) 2023/977, Art. 5). */
export const ASK_DUE_MS: Readonly<Record<AskUrgency, number>> = {
  hours: 8 * 3_600_000,
  days: 3 * 86_400_000,
  week: 7 * 86_400_000,
}

export interface Asking {
  readonly delivery: DeliveryId
  readonly sections: readonly string[]
  readonly purpose: string
  readonly urgency: AskUrgency
  readonly text: string
}

export async function askForMore(deps: Deps, reader: HostedReader, asking: Asking): Promise<Result<Ask>> {
  return deps.store.transaction(async (tx): Promise<Result<Ask>> => {
    const found = await owned(tx, reader, asking.delivery)
    if (!found.ok) return found
    const row = found.value
    const stored = await tx.messages.get(row.messageId)
    if (stored === undefined) return fail('not-found')
    const { caseName } = await namesFor(tx, reader.mandate, stored)
    const at: Instant = deps.clock()
    const { sections, purpose, urgency, text } = asking
    const ask = {
      id: deps.newId() as MessageId,
      caseId: row.caseId,
      organisation: row.organisation,
      mandate: row.mandate,
      account: reader.account,
      holder: stored.issuer,
      caseName,
      sections,
      purpose,
      urgency,
      text,
      askedAt: at,
      dueAt: at + ASK_DUE_MS[urgency],
    }
    await tx.asks.add(ask)
    const about = { ...aboutOf(row, at), operation: 'consultation', act: 'more-asked' } as const
    const justification = digestOf({ sections, purpose, urgency, text })
    await tx.audit.append({ ...about, actor: reader.account, role: row.mandate, purpose, justification })
    return ok({ ...ask, state: 'open' })
  })
}

/** What this mandate asked about the case of a delivery, newest first. */
export async function asksAbout(deps: Deps, reader: HostedReader, id: DeliveryId): Promise<Result<readonly Ask[]>> {
  const { read } = deps.store
  const found = await owned(read, reader, id)
  return found.ok ? ok(await read.asks.ofCase(found.value.caseId, found.value.mandate)) : found
}
