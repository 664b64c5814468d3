/** Side room: what somebody at a hosted inbox has opened, who else there may, and what was given back. */
import type { Instant } from '#policies/language/instant.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import type { Deps } from './deps.ts'
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
  /** The newest; earlier ones are found in the inbox. */
  readonly opened: readonly OpenedRow[]
  /** People of the organisation who read, and for which mandate. */
  readonly colleagues: readonly { readonly name: string; readonly mandate: string }[]
  readonly givenBack: readonly InboxRow[]
  /** The newest; those that nobody answered yet have no date. */
  readonly answered: readonly AnsweredRow[]
}

export async function readAccess(deps: Deps, reader: HostedReader): Promise<AccessView> {
  const [mine, closed] = [
    await listInbox(deps, reader, { tab: 'mine' }),
    await listInbox(deps, reader, { tab: 'closed' }),
  ]
  const at = deps.clock()
  const accounts = await deps.store.read.people.accounts()
  const opened = await Promise.all(mine.rows.map((row) => openedRow(deps, row)))
  return {
    opened,
    colleagues: accounts.flatMap(({ name, role, organisation, mandate, endedAt }) =>
      role === 'reader' &&
      mandate !== undefined &&
      organisation === reader.participant.id &&
      (endedAt === undefined || endedAt > at)
        ? [{ name, mandate }]
        : [],
    ),
    givenBack: closed.rows,
    answered: (await Promise.all(mine.rows.map((row) => answeredRow(deps, reader, row)))).flat(),
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

/** Mandates of the organisation that may take a case on now. */
export function colleaguesOf(
  { registry, clock }: Pick<Deps, 'registry' | 'clock'>,
  { participant }: HostedReader,
): readonly Mandate[] {
  const at = clock()
  return registry().mandates.filter((mandate) => mandate.organisation === participant.id && isInForce(mandate, at))
}
