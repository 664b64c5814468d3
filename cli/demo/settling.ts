/** Waiting until all that was sent has been delivered and its log published. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from '#adapters/agency-kit/member.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { Gateway } from '#cli/wire.ts'
import type { DemoCase } from './demo-case.ts'
import { found } from './found.ts'

interface Parts {
  readonly gateway: Gateway
  readonly cases: readonly DemoCase[]
  /** By mandate. */
  readonly members: ReadonlyMap<string, Member>
}

const SETTLE_LIMIT_MS = 30_000
const SETTLE_STEP_MS = 15

/** Until no job of any case waits; a job that cannot end within the limit ends the demo. */
export async function settle({ gateway, cases }: Omit<Parts, 'members'>): Promise<void> {
  const until = Date.now() + SETTLE_LIMIT_MS
  for (const { caseId } of cases) {
    const id = found(toCaseId(caseId), caseId)
    while ((await gateway.deps.store.read.outbox.waitingOfCase(id)).length > 0) {
      if (Date.now() > until) throw new Error(`deliveries of ${caseId} did not end`)
      await sleep(SETTLE_STEP_MS)
    }
  }
}

/** Until the log is published as far as it went: the witnesses of the members look at it, and enough of them cosign. */
export async function publish(parts: Omit<Parts, 'cases'>): Promise<void> {
  const { log } = parts.gateway.deps.store.read
  const until = Date.now() + SETTLE_LIMIT_MS
  const size = await log.size()
  const isPublished = async (): Promise<boolean> => ((await log.published())?.size ?? 0) >= size
  while (!(await isPublished())) {
    if (Date.now() > until) throw new Error('the log was not published')
    if ((await log.waiting()) === undefined) await sleep(SETTLE_STEP_MS)
    else await witness(parts, async () => (await log.waiting()) === undefined)
  }
}

/** One round of the witness of each organisation, until enough of them have cosigned. */
export async function witness(
  { gateway, members }: Omit<Parts, 'cases'>,
  isEnough: () => Promise<boolean>,
): Promise<void> {
  const ofOrganisation = new Map(gateway.deps.registry().mandates.map(({ id, organisation }) => [organisation, id]))
  for (const mandate of ofOrganisation.values()) {
    if (await isEnough()) return
    await members.get(mandate)?.witness()
  }
}
