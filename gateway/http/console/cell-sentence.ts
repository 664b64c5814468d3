/** A cell in one sentence, with the names and days of the page. */
import { cellNamesIn } from '#gateway/core/cell-names.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { sentenceOf } from '#policies/engine/cell-sentence.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { timeWords } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'

export const cellSentence = (visit: SignedInVisit, set: PolicySet, edit: CellEdit): string =>
  sentenceOf(set, edit, visit.language === 'fr' ? 'fr' : 'en', {
    ...cellNamesIn(visit.language),
    day: (instant) => timeWords(visit, instant, 'day'),
  })
