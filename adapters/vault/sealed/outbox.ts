/** The outbox at rest: ids and codes, with the alias in the place of the case. Jobs of an erased case end by themselves. */
import type { CaseId } from '#gateway/core/ids.ts'
import type { Outbox } from '#gateway/ports/store.ts'
import { flatMapped, ofCase } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const ERASED_OUTCOME = 'case-erased'

/** The `outbox` part of a sealed store. */
export function sealedOutbox(inner: Outbox, sealing: Sealing): Outbox {
  const named = <Row extends { readonly caseId: CaseId }>(rows: readonly Row[]): Promise<readonly Row[]> =>
    flatMapped(rows, async (row) => {
      const caseId = await sealing.caseOf(row.caseId)
      return caseId === undefined ? [] : [{ ...row, caseId }]
    })

  return {
    ...inner,
    add: async (jobs) =>
      inner.add(await Promise.all(jobs.map(async (job) => ({ ...job, caseId: await sealing.aliasFor(job.caseId) })))),
    claim: async (request) => {
      const claimed = await inner.claim(request)
      const jobs = await named(claimed)
      const left = new Set(jobs.map(({ id }) => id))
      for (const { id } of claimed) if (!left.has(id)) await inner.finish(id, 'stopped', ERASED_OUTCOME, request.now)
      return jobs
    },
    claimOne: async (request) => {
      const claimed = await inner.claimOne(request)
      const [job] = claimed === undefined ? [] : await named([claimed])
      if (claimed !== undefined && job === undefined)
        await inner.finish(claimed.id, 'stopped', ERASED_OUTCOME, request.now)
      return job
    },
    waitingFor: async (mandates) => named(await inner.waitingFor(mandates)),
    ofMessage: async (id) =>
      flatMapped(await inner.ofMessage(id), async (status) =>
        (await named([status.job])).map((job) => ({ ...status, job })),
      ),
    waitingOfCase: (caseId, mandate) =>
      ofCase(sealing, caseId, [], async (alias) => named(await inner.waitingOfCase(alias, mandate))),
  }
}
