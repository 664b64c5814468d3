/** A gateway whose policy is in its store, with the pages over it: what the console is tested on. */
import { printPolicy } from '#policies/language/text.ts'
import type { Changing } from '#gateway/rooms/change-outcome.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { bootGateway } from './gateway.ts'
import type { GatewayOptions, TestGateway } from './gateway.ts'
import { openTestWeb } from './web.ts'
import type { TestWeb } from './web.ts'

export interface ConsoleWorld extends AsyncDisposable {
  readonly gateway: TestGateway
  readonly web: TestWeb
  /** The one change that there is; throws where there are more or none. */
  readonly onlyChange: () => Promise<PolicyChange>
}

/** Nothing is walked; both engines are taken to agree. */
export async function openConsole(
  options: GatewayOptions = {},
  changing: Partial<Changing> = {},
): Promise<ConsoleWorld> {
  const gateway = await bootGateway({ worker: 'paused', ...options })
  const policy = gateway.deps.policy()
  if (policy === undefined) throw new Error('no policy is in force')
  const { set, digest } = policy
  const activatedAt = gateway.deps.clock()
  await gateway.deps.store.transaction((tx) =>
    tx.policies.activate({ digest, id: set.id, version: set.version, text: printPolicy(set), activatedAt }),
  )
  const web = await openTestWeb(gateway.deps, {}, changing)
  return {
    gateway,
    web,
    onlyChange: async () => {
      const changes = await gateway.deps.store.read.changes.list()
      const [change] = changes
      if (change === undefined || changes.length > 1) throw new Error(`${changes.length} changes`)
      return change
    },
    [Symbol.asyncDispose]: async () => {
      await web[Symbol.asyncDispose]()
      await gateway.stop()
    },
  }
}
