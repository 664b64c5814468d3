/** Whether and when the people of a mandate want notices by mail. */
import type { Instant } from '#policies/language/instant.ts'
import type { MandateId } from '#gateway/core/ids.ts'
import type { NoticeChoice } from '#gateway/core/notice-choice.ts'

export interface NoticeChoices {
  /** In the place of the one that there was. */
  readonly put: (mandate: MandateId, choice: NoticeChoice, at: Instant) => Promise<void>
  readonly of: (mandate: MandateId) => Promise<NoticeChoice | undefined>
}
