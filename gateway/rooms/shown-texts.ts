/** What recipients of one class are shown of a copy, printed once where it is the same for the next of them. */
import { keepUpTo } from '#gateway/core/keep-up-to.ts'
import type { ReadyCopy } from '#gateway/core/case-copy/ready-copy.ts'
import { printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { beginWith } from '#gateway/core/shared-beginning.ts'
import type { SharedBeginning } from '#gateway/core/shared-beginning.ts'

/** Of a copy and the disclosures that were chosen from it, in any order. */
export type ShowText = (ready: ReadyCopy, jwt: string, chosen: readonly string[]) => SharedBeginning

export interface ShownTexts {
  readonly of: ShowText
  readonly forget: () => void
}

/** Each some half a megabyte; those of one message follow each other. */
const MOST_COPIES = 8

interface Shown {
  readonly jwt: string
  readonly chosen: readonly string[]
  readonly begun: SharedBeginning
}

/** Texts that were shown lately, the last one of each copy. Another choice from the same copy is printed anew. */
export function openShownTexts(): ShownTexts {
  const kept = keepUpTo<ReadyCopy, Shown>(MOST_COPIES)
  return {
    of: (ready, jwt, chosen) => {
      const known = kept.get(ready)
      if (known?.jwt === jwt && isSame(known.chosen, chosen)) return known.begun
      const begun = showText(ready, jwt, chosen)
      kept.keep(ready, { jwt, chosen, begun }, 1)
      return begun
    },
    forget: () => kept.forget(),
  }
}

/** Disclosures in the order of their text, which is that of random salts. */
export const showText: ShowText = (_ready, jwt, chosen) =>
  beginWith(printCompactSdJwt({ jwt, disclosures: chosen.toSorted() }))

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, at) => text === other[at])
