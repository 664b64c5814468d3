/** Side room: what somebody at a hosted inbox has opened and until when it may be kept, who else there may, what was given back and what is erased. */
import type { Instant } from '#policies/language/instant.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import type { Deps } from './deps.ts'
import { colleaguesHere, isShared } from './read-inbox-colleagues.ts'
import type { Colleague } from './read-inbox-colleagues.ts'
import { erasedHere } from './read-inbox-erased.ts'
import type { ErasedPage } from './read-inbox-erased.ts'
import { heldOf } from './read-inbox-held.ts'
import type { HeldRow } from './read-inbox-held.ts'
import { listInbox } from './read-inbox.ts'
import type { InboxRow } from './read-inbox.ts'
import type { HostedReader } from './read-inbox-reader.ts'

export interface OpenedRow extends InboxRow {
  readonly purpose: string
}

/** A recall or correction, and what this mandate said that it did with its copies. */
export interface AnsweredRow extends InboxRow {
  readonly answer: RecallTarget['state']
  readonly answeredAt?: Instant
}

export interface AccessView {
  /** A page, the newest first. */
  readonly opened: readonly OpenedRow[]
  /** The same, without what says nothing that could be kept. */
  readonly held: readonly HeldRow[]
  /** Position after which the next page of both begins. */
  readonly next?: number
  /** People of the organisation who read, and for which mandate. */
  readonly colleagues: readonly Colleague[]
  /** Some of them for the same mandate: what is told here is then of all of these. */
  readonly isShared: boolean
  readonly givenBack: readonly InboxRow[]
  /** The newest; those that nobody answered yet have no date. */
  readonly answered: readonly AnsweredRow[]
  readonly erased: ErasedPage
}

export interface AccessQuestion {
  /** Where the page of what was opened begins. */
  readonly before?: number
  /** And that of what was erased. */
  readonly erasedBefore?: Instant
}

export async function readAccess(
  deps: Deps,
  reader: HostedReader,
  { before, erasedBefore }: AccessQuestion = {},
): Promise<AccessView> {
  const [mine, closed] = [
    await listInbox(deps, reader, { tab: 'mine', ...(before === undefined ? {} : { before }) }),
    await listInbox(deps, reader, { tab: 'closed' }),
  ]
  const colleagues = await colleaguesHere(deps, reader)
  const opened = await Promise.all(mine.rows.map((row) => openedRow(deps, row)))
  return {
    opened,
    held: await heldOf(deps, reader, mine.rows),
    ...(mine.next === undefined ? {} : { next: mine.next }),
    colleagues,
    isShared: isShared(reader, colleagues),
    givenBack: closed.rows,
    answered: (await Promise.all(mine.rows.map((row) => answeredRow(deps, reader, row)))).flat(),
    erased: await erasedHere(deps, reader, erasedBefore),
  }
}

async function answeredRow(
  { store: { read } }: Deps,
  reader: HostedReader,
  row: InboxRow,
): Promise<readonly AnsweredRow[]> {
  const [target] = await read.recalls.targets(row.messageId, reader.mandate.id)
  if (target === undefined) return []
  const { state, answeredAt } = target
  return [{ ...row, answer: state, ...(answeredAt === undefined ? {} : { answeredAt }) }]
}

async function openedRow({ store: { read } }: Deps, row: InboxRow): Promise<OpenedRow> {
  const stored = await read.messages.get(row.messageId)
  // A case that is erased meanwhile has no purpose left to name.
  return { ...row, purpose: stored === undefined ? '' : stored.message.purpose }
}
