/** What a gateway does differently where others work at the same store: duties, shorter leases, one policy for all. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Store } from '#gateway/ports/store.ts'
import { openDuties, RENEW_EVERY_MS } from '#gateway/rooms/duties.ts'
import type { Duty } from '#gateway/rooms/duties.ts'
import type { Config } from './config.ts'

/** Longer than any delivery takes; where a process dies, another begins its jobs after so long. */
const LEASE_ALONE_MS = 60_000
const LEASE_TOGETHER_MS = 15_000

export interface Replica {
  readonly isOneOfMany: boolean
  readonly leaseMs: number
  readonly isMine: (duty: Duty) => boolean
  readonly hasCompany: () => Promise<boolean>
  /** Told when a duty has become this gateway's after the start. */
  onTaken: (duty: Duty) => void
  readonly leave: () => Promise<void>
}

/** Whether several gateways may work at its store. */
export const isShared = ({ databaseUrl }: Pick<Config, 'databaseUrl'>): boolean => databaseUrl !== undefined

/** Where the store is a file, this gateway is alone: whatever a process before it had in hand is free at once. */
export async function openReplica(
  config: Pick<Config, 'databaseUrl'>,
  deps: { readonly store: Store; readonly clock: Clock; readonly log: Log },
): Promise<Replica> {
  if (!isShared(config)) {
    await deps.store.transaction((tx) => tx.outbox.release())
    return ALONE
  }
  const duties = openDuties({ ...deps, holder: randomUUID() })
  await duties.renew()
  let renewing: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renewing.then(duties.renew).then((taken) => taken.forEach((duty) => replica.onTaken(duty)))
  }, RENEW_EVERY_MS)
  timer.unref()
  const replica: Replica = {
    isOneOfMany: true,
    leaseMs: LEASE_TOGETHER_MS,
    isMine: duties.isMine,
    hasCompany: duties.hasCompany,
    onTaken: () => {},
    leave: async () => {
      clearInterval(timer)
      await renewing
      await duties.leave()
    },
  }
  return replica
}

const ALONE: Replica = {
  isOneOfMany: false,
  leaseMs: LEASE_ALONE_MS,
  isMine: () => true,
  hasCompany: async () => false,
  onTaken: () => {},
  leave: async () => {},
}
