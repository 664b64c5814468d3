/** The store of a gateway with its keys: sealed, of one another, and with a clock that has not run backwards since its last entry. */
import { openStore } from '#adapters/store/open-postgres.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { openMonotonicClock } from '#gateway/core/monotonic-clock.ts'
import type { MonotonicClock } from '#gateway/core/monotonic-clock.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Store } from '#gateway/ports/store.ts'
import { openKeptWork } from '#gateway/rooms/kept-work.ts'
import type { KeptWork } from '#gateway/rooms/kept-work.ts'
import type { Config } from './config.ts'
import { placeOf } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { openConfiguredVault } from './vault.ts'

export interface GatewayStore {
  readonly store: Store
  readonly vault: OpenedVault
  /** Forgotten when a case is erased. */
  readonly kept: KeptWork
  readonly time: MonotonicClock
}

/** Throws CommandFailed where the keys cannot be had, or are not those of the database. */
export async function openGatewayStore(config: Config, log: Log, clock: Clock): Promise<GatewayStore> {
  const kept = openKeptWork()
  const vault = await openConfiguredVault(config, () => kept.forget())
  const store = sealStore(await openStore(placeOf(config)), vault, log)
  await refuseWithoutKeys(config, store, vault)
  const time = openMonotonicClock({
    clock,
    from: await lastAuditedAt(store),
    onStepBack: (byMs) => log.alarm('the clock went backwards', { byMs }),
  })
  return { store, vault, kept, time }
}

/** A database with something in it and a key file with nothing are not of one another: whatever was lost, nothing may be written over it. */
async function refuseWithoutKeys(config: Config, store: Store, { isNew }: { readonly isNew: boolean }): Promise<void> {
  const fault =
    isNew && (await store.read.audit.head()) !== undefined
      ? 'no keys are in it, but the database holds rows: put its backup in place'
      : await lastAuditedAt(store).then(
          () => undefined,
          () => 'its keys do not open what the database holds: one of them is of another gateway or another day',
        )
  if (fault === undefined) return
  await store[Symbol.asyncDispose]()
  throw new CommandFailed(`${config.keys}: ${fault}`, EXIT.found)
}

/** When the last thing was audited before this start: time has not run backwards since. */
async function lastAuditedAt({ read }: Store): Promise<number | undefined> {
  const head = await read.audit.head()
  const [last] = head === undefined ? [] : await read.audit.rows(head.seq, 1)
  return last === undefined ? undefined : parseInstant(last.event.at)
}
