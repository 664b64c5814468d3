/** Errands that operators handed to the officers: ids, codes and instants. */
import type { Instant } from '#policies/language/instant.ts'
import type { DealtOutcome, HandedErrand } from '#gateway/core/handed-errand.ts'

export interface HandedErrands {
  /** Open from now on. */
  readonly add: (handed: Omit<HandedErrand, 'state' | 'dealtBy' | 'dealtAt'>) => Promise<void>
  readonly get: (id: string) => Promise<HandedErrand | undefined>
  /** Those that wait for an officer, the longest waiting first. */
  readonly open: () => Promise<readonly HandedErrand[]>
  /** All of these errands, open or not, in the order of handing over. */
  readonly ofErrands: (errands: readonly string[]) => Promise<readonly HandedErrand[]>
  /** Only while it is open; answers whether it was. */
  readonly dealWith: (
    id: string,
    dealt: { readonly outcome: DealtOutcome; readonly by: string; readonly at: Instant },
  ) => Promise<boolean>
}
