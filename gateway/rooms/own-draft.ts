/** Side room: the draft that an officer writes into: the one they are at, else a new one over the version in force. */
import { isOfCell } from '#gateway/core/policy-change-edits.ts'
import type { ChangeEdit, PolicyChange } from '#gateway/core/policy-change.ts'
import { OPEN_STATES } from '#gateway/core/policy-change-states.ts'
import { openDraft } from './change-policy.ts'
import type { ChangeDeps, ChangeOutcome, Officer } from './change-outcome.ts'

/** Drafts that may be written now, what the officer wrote last first, then those of others. */
export async function draftsFor(
  { store }: Pick<ChangeDeps, 'store'>,
  officer: Pick<Officer, 'id'>,
): Promise<readonly PolicyChange[]> {
  const drafts = await store.read.changes.list(['draft', 'sent-back'])
  const written = drafts.filter(({ kind }) => kind === 'edits' || kind === 'return')
  const isOwn = ({ authors }: PolicyChange): boolean => authors.includes(officer.id)
  return [...written.filter(isOwn), ...written.filter((change) => !isOwn(change))]
}

/** The draft of that id, else the officer's own, else a new one of that title. */
export async function draftToWrite(
  deps: ChangeDeps,
  { officer, id, title }: { readonly officer: Officer; readonly id: string | undefined; readonly title: string },
): Promise<ChangeOutcome> {
  const drafts = await draftsFor(deps, officer)
  const change =
    id === undefined
      ? drafts.find(({ authors }) => authors.includes(officer.id))
      : drafts.find((draft) => draft.id === id)
  return change === undefined ? openDraft(deps, { officer, title }) : { kind: 'done', change }
}

/** Other changes on their way that say something of the same cell. */
export async function changesOfCell(
  { store }: Pick<ChangeDeps, 'store'>,
  cell: Pick<ChangeEdit, 'recipientType' | 'section'>,
  besides?: string,
): Promise<readonly PolicyChange[]> {
  const open = await store.read.changes.list(OPEN_STATES)
  return open.filter(({ id, edits }) => id !== besides && edits.some((edit) => isOfCell(edit, cell)))
}
