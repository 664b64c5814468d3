/** Before a store that was put back counts: is its audit chain whole, and is its log the one that its checkpoints were signed over? */
import { link } from '#gateway/core/audit.ts'
import type { AuditRow } from '#gateway/core/audit.ts'
import { readCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { toBase64 } from '#gateway/core/log/base64.ts'
import { openLogWalk } from '#gateway/core/log/whole-log.ts'
import type { AuditLog, Tx } from '#gateway/ports/store.ts'
import type { LogStore } from '#gateway/ports/log-store.ts'
import { rootIn } from './log-proofs.ts'

const AT_A_TIME = 500

/** How a chain stands that was read to its end. */
export interface ChainStanding {
  readonly rows: number
  readonly head: string | undefined
  /** Number of the first row that does not follow from the one before. */
  readonly broken: number | undefined
}

/** Reads the whole chain, some rows at a time. Where the audit is sealed, each row is opened, and SealBroken thrown for one that does not. */
export async function chainStanding(audit: Pick<AuditLog, 'rows'>): Promise<ChainStanding> {
  let last: AuditRow | undefined
  for (;;) {
    const page = await audit.rows((last?.seq ?? 0) + 1, AT_A_TIME)
    for (const row of page) {
      const expected = link(last, row.stored ?? row.event)
      if (row.seq !== expected.seq || row.previous !== expected.previous || row.hash !== expected.hash)
        return { rows: last?.seq ?? 0, head: last?.hash, broken: row.seq }
      last = row
    }
    if (page.length < AT_A_TIME) return { rows: last?.seq ?? 0, head: last?.hash, broken: undefined }
  }
}

/** What is wrong with it, in words; undefined where all is as it was. */
export async function faultOfRestored({ audit, log }: Pick<Tx, 'audit' | 'log'>): Promise<string | undefined> {
  const { broken } = await chainStanding(audit)
  return broken === undefined ? faultOfLog(log) : `the audit chain breaks at row ${broken}`
}

async function faultOfLog(log: LogStore): Promise<string | undefined> {
  const notes = [(await log.published())?.note, (await log.waiting())?.note].filter((note) => note !== undefined)
  const heads = notes.map(readCheckpoint)
  const size = await log.size()
  const walk = openLogWalk([size, ...heads.flatMap((head) => (head === undefined ? [] : [head.size]))])
  for (let from = 0; from < size; from += AT_A_TIME)
    for (const leaf of await log.leaves(from, AT_A_TIME)) if (!walk.take(leaf)) return 'a leaf of the log is none'
  const { roots, size: walked } = walk.walked()
  const isRoot = (at: number, root: Uint8Array): boolean =>
    toBase64(roots.get(at) ?? new Uint8Array()) === toBase64(root)
  if (walked !== size || !isRoot(size, await rootIn(log, size))) return 'the log does not hold together'
  return heads.every((head) => head !== undefined && isRoot(head.size, head.root))
    ? undefined
    : 'the log is not the one that its checkpoint was signed over'
}
