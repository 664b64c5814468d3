/** Side room: what only one of several gateways at a store does at a time; where its holder is gone, another takes it. */
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Store } from '#gateway/ports/store.ts'

/** `rounds`: what is done every hour and every minute. `publication`: checkpoints of the log, and its time-stamps. */
export const DUTIES = ['rounds', 'publication'] as const
export type Duty = (typeof DUTIES)[number]

/** After so long without a word of its holder a duty is free; words come three times as often. */
export const DUTY_LIFE_MS = 12_000
/** A gateway that was not heard of for so long is gone: long, because who believes itself alone may bring an older policy back. */
export const PRESENCE_LIFE_MS = 5 * 60_000
export const RENEW_EVERY_MS = DUTY_LIFE_MS / 3

export interface Duties {
  /** Whether this gateway has it now. What is done for it is safe to be done twice: a gateway that was stopped in between may not know yet. */
  readonly isMine: (duty: Duty) => boolean
  /** Takes what is free and lengthens what is its own. To be called every `RENEW_EVERY_MS`; never throws. Answers what is new. */
  readonly renew: () => Promise<readonly Duty[]>
  /** Whether another gateway is at work. */
  readonly hasCompany: () => Promise<boolean>
  /** Gives all of it up. Never throws: what is not given up ends by itself. */
  readonly leave: () => Promise<void>
}

interface DutyDeps {
  readonly store: Pick<Store, 'transaction' | 'read'>
  readonly clock: Clock
  readonly log: Log
  /** Of this process. */
  readonly holder: string
}

export function openDuties({ store, clock, log, holder }: DutyDeps): Duties {
  const until = new Map<Duty, number>()
  const presence = `gateway ${holder}`
  const isMine = (duty: Duty): boolean => clock() < (until.get(duty) ?? 0)

  const renewAll = async (): Promise<readonly Duty[]> => {
    const now = clock()
    const lease = { holder, now, until: now + DUTY_LIFE_MS }
    const before = DUTIES.filter(isMine)
    const mine = await store.transaction(async ({ replicas }) => {
      await replicas.lease({ ...lease, name: presence, until: now + PRESENCE_LIFE_MS })
      const taken: Duty[] = []
      for (const name of DUTIES) if (await replicas.lease({ ...lease, name })) taken.push(name)
      return taken
    })
    for (const duty of DUTIES) {
      if (mine.includes(duty)) until.set(duty, lease.until)
      else until.delete(duty)
    }
    const taken = mine.filter((duty) => !before.includes(duty))
    for (const duty of taken) log.info('a duty was taken', { duty, holder })
    return taken
  }

  return {
    isMine,
    renew: () =>
      renewAll().catch(() => {
        log.warn('duties could not be renewed', { holder })
        return []
      }),
    hasCompany: async () =>
      (await store.read.replicas.leases(clock())).some(
        (lease) => lease.name.startsWith('gateway ') && lease.holder !== holder,
      ),
    leave: async () => {
      until.clear()
      const names = [presence, ...DUTIES]
      await store
        .transaction(async ({ replicas }) => {
          for (const name of names) await replicas.endLease(name, holder)
        })
        .catch(() => {})
    },
  }
}
