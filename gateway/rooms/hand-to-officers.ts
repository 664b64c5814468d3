/** Side room: an operator hands what is stuck to the officers, and an officer says what came of it. Both say it by a code, and neither gets a right of the other. */
import { printInstant } from '#policies/language/instant.ts'
import type { Account } from '#gateway/core/account.ts'
import type { DealtOutcome, HandedErrand, HandedReason } from '#gateway/core/handed-errand.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { StuckJob } from '#gateway/ports/carries.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { recipientOf } from './stuck-lines.ts'

type By = Pick<Account, 'id' | 'role'>

export interface Handing {
  readonly errand: string
  readonly reason: HandedReason
  readonly by: By
}

/** Answers the id of what was handed over. Problems: `not-found` where nothing stops that errand; `precondition-failed` where it waits for an officer already. */
export const handToOfficers = (
  { store, registry, clock, newId }: Pick<Deps, 'store' | 'registry' | 'clock' | 'newId'>,
  { errand, reason, by }: Handing,
): Promise<Result<string>> =>
  store.transaction(async (tx) => {
    const [job] = await tx.carries.stuck({ after: 0, limit: 1, id: errand })
    if (job === undefined) return fail('not-found')
    const before = await tx.handedErrands.ofErrands([errand])
    if (before.some(({ state }) => state === 'open')) return fail('precondition-failed')
    const { messageId, mandate } = job
    const organisation = recipientOf(registry(), job)
    const [id, handedAt] = [newId(), clock()]
    const handed = { id, errand, messageId, mandate, reason, account: by.id, handedAt }
    await tx.handedErrands.add(organisation === undefined ? handed : { ...handed, organisation })
    await tx.audit.append({
      ...(await subjectOf(tx, { errand, messageId, organisation: organisation ?? mandate })),
      at: printInstant(handedAt),
      operation: 'alteration',
      act: 'errand-handed-over',
      actor: by.id,
      role: by.role,
      justification: reason,
    })
    return ok(id)
  })

export interface Dealing {
  readonly id: string
  readonly outcome: DealtOutcome
  readonly by: By
}

/** Says what came of it, once. Problems: `not-found`; `precondition-failed` where it was said already. */
export const dealWithHanded = (
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { id, outcome, by }: Dealing,
): Promise<Result<void>> =>
  store.transaction(async (tx) => {
    const handed = await tx.handedErrands.get(id)
    if (handed === undefined) return fail('not-found')
    const at = clock()
    if (!(await tx.handedErrands.dealWith(id, { outcome, by: by.id, at }))) return fail('precondition-failed')
    const { errand, messageId, mandate, organisation = mandate } = handed
    await tx.audit.append({
      ...(await subjectOf(tx, { errand, messageId, organisation })),
      at: printInstant(at),
      operation: 'alteration',
      act: 'errand-dealt-with',
      actor: by.id,
      role: by.role,
      justification: outcome,
    })
    return ok(undefined)
  })

/** What the audit says it was about; without its case where that was erased. */
async function subjectOf(
  { outbox }: Tx,
  { errand, messageId, organisation }: Pick<HandedErrand, 'errand' | 'messageId'> & { readonly organisation: string },
): Promise<{ readonly recipients: readonly string[]; readonly messageId: string; readonly caseId?: string }> {
  const found = (await outbox.ofMessage(messageId)).find(({ job }) => job.id === errand)
  const about = { recipients: [organisation], messageId }
  return found === undefined ? about : { ...about, caseId: found.job.caseId }
}

/** What an officer is told of it. */
export interface HandedLine extends HandedErrand {
  /** The operator's name. */
  readonly by: string
  /** Where the errand stands now; `moved`: nothing stops it any more. */
  readonly errandState: StuckJob['state'] | 'moved'
  /** False: it is stuck before anything was decided of it. */
  readonly isJudged: boolean
}

/** What waits for an officer, the longest waiting first. */
export async function openHanded({ store }: Pick<Deps, 'store'>): Promise<readonly HandedLine[]> {
  const open = await store.read.handedErrands.open()
  return Promise.all(open.map((handed) => lineOf(store.read, handed)))
}

export async function handedById({ store }: Pick<Deps, 'store'>, id: string): Promise<Result<HandedLine>> {
  const handed = await store.read.handedErrands.get(id)
  return handed === undefined ? fail('not-found') : ok(await lineOf(store.read, handed))
}

async function lineOf({ carries, people }: Tx, handed: HandedErrand): Promise<HandedLine> {
  const [job] = await carries.stuck({ after: 0, limit: 1, id: handed.errand })
  const operator = await people.account(handed.account)
  return {
    ...handed,
    by: operator?.name ?? handed.account,
    errandState: job?.state ?? 'moved',
    isJudged: job === undefined || job.carry !== undefined,
  }
}
