/** At start: whether the log is still the one that others hold a checkpoint of. A data folder of an earlier day is noticed here. */
import { isOfLog, readCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { continues } from '#gateway/core/log/publication.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { rootIn } from './log-proofs.ts'
import type { LogDeps } from './publish.ts'

/**
 * Compares the log with its own last published checkpoint and the one that waits, with the head that is kept apart, and with heads that witnesses hold
 * (notes under the log's signature). Problems `checkpoint-unsigned`, `log-rolled-back`, `log-forked`: the gateway must not start.
 */
export async function checkOwnLog(
  deps: LogDeps,
  heldByWitnesses: readonly string[] = [],
): Promise<Result<'continues'>> {
  const { log } = deps.store.read
  const [published, waiting] = [(await log.published())?.note, (await log.waiting())?.note]
  const kept = await deps.publication.heads.read()
  // One that waits under another key would wait for ever: no witness cosigns it, and none follows it.
  const notes = [published, waiting, kept, ...heldByWitnesses].filter((note) => note !== undefined)
  for (const note of notes) {
    const checked = await checkAgainst(deps, note)
    if (!checked.ok) {
      deps.log.alarm('the log is not the one that was cosigned', { problem: checked.problem.code })
      return checked
    }
  }
  return ok('continues')
}

async function checkAgainst({ store, publication }: LogDeps, note: string): Promise<Result<'continues'>> {
  const { signer, witnesses } = publication
  const held = readCheckpoint(note)
  if (held === undefined || !isOfLog(held, signer.key, witnesses.verify)) return fail('checkpoint-unsigned')
  const { log } = store.read
  const size = await log.size()
  // A head beyond the end is refused before its root is asked for.
  const root = held.size <= size ? await rootIn(log, held.size) : held.root
  return continues({ size, rootAt: () => root }, held)
}
