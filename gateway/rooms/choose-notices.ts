/** Side room: whether and when the people of a mandate at a hosted inbox want notices by mail. The address is that of their organisation. */
import { printInstant } from '#policies/language/instant.ts'
import { DEFAULT_NOTICES } from '#gateway/core/notice-choice.ts'
import type { NoticeChoice } from '#gateway/core/notice-choice.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { Deps } from './deps.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** What stands for the mandate; undefined where its organisation is told nothing by mail, so that there is nothing to choose. */
export async function noticesOf(
  { store: { read } }: Pick<Deps, 'store'>,
  { participant, mandate }: HostedReader,
): Promise<NoticeChoice | undefined> {
  if (participant.couriers?.some(({ way }) => way === 'mail') !== true) return undefined
  return (await read.noticeChoices.of(mandate.id)) ?? DEFAULT_NOTICES
}

/** From the next notice on, and of those that wait. The same again changes nothing. */
export async function chooseNotices(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { mandate, account }: HostedReader,
  choice: NoticeChoice,
): Promise<void> {
  await store.transaction(async (tx) => {
    const before = (await tx.noticeChoices.of(mandate.id)) ?? DEFAULT_NOTICES
    if (digestOf(before) === digestOf(choice)) return
    const at = clock()
    await tx.noticeChoices.put(mandate.id, choice, at)
    await tx.audit.append({
      at: printInstant(at),
      operation: 'alteration',
      act: 'notices-chosen',
      actor: account,
      role: mandate.id,
      digest: digestOf(choice),
    })
  })
}
