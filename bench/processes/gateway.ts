/** The real gateway in a process of its own, so that its CPU time is its alone: opened from a folder, asked over IPC. */
import { join } from 'node:path'
import { UNNARROWED } from '#gateway/core/choice.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { openGateway } from '#cli/wire.ts'
import type { Gateway } from '#cli/wire.ts'

const [network = '', database = ''] = process.argv.slice(2)
const settings = readConfig(
  {
    PASSERELLE_NETWORK: network,
    PASSERELLE_DATABASE: database,
    PASSERELLE_KEK: join(network, EXAMPLE_PATHS.kek),
    PASSERELLE_PORT: '0',
    PASSERELLE_INSIDE_PORT: '0',
    PASSERELLE_JUDGE_QUESTIONS: '100',
    PASSERELLE_LOG: 'error',
  },
  {},
)
if (!settings.ok) throw new Error(settings.faults.join('; '))
const gateway = await openGateway(settings.config)
await showEverything(gateway)
const stop = async (): Promise<void> => {
  await gateway[Symbol.asyncDispose]()
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
// The bench that started it is gone.
process.once('disconnect', () => void stop())
process.on('message', (asked) => void answer(asked === 'idle'))
process.send?.({ url: gateway.agencyUrl, audience: gateway.deps.registry().broker.uri })

/** What the process has used so far; first waits, where asked, until nothing is left to do. */
async function answer(afterIdle: boolean): Promise<void> {
  if (afterIdle) await gateway.queue.idle()
  const { user, system } = process.cpuUsage()
  process.send?.({
    cpuMs: (user + system) / 1000,
    systemMs: system / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    outbox: await gateway.deps.store.read.outbox.count(),
  })
}

/** Every recipient at the widest choice: without one a practitioner is shown the contact sheet only. */
async function showEverything({ deps }: Gateway): Promise<void> {
  for (const { organisation, id } of deps.registry().mandates)
    await deps.store.transaction((tx) =>
      tx.choices.put(
        { organisation: organisation as OrganisationId, mandate: id as MandateId },
        UNNARROWED,
        0,
        deps.clock(),
      ),
    )
}
