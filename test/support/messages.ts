/** Messages and items of invented cases; a test shows only what it changes. */
import { randomUUID } from 'node:crypto'
import type { ItemText } from '#gateway/core/item.ts'

/** A first appointment, known to nobody but its case. */
export const anItemText = (changes: Partial<ItemText> = {}): ItemText => ({
  itemId: randomUUID(),
  section: 'release-plan',
  term: 'first-appointment',
  value: '2026-12-01',
  nature: 'fact',
  subjectCategory: 'convicted',
  author: { role: 'probation-counsellor', service: 'probation-paris' },
  observedAt: '2026-11-01',
  ...changes,
})

/** From probation-paris to pairs-paris. */
export const aReferral = (changes: object = {}): object => ({
  kind: 'Referral',
  caseId: 'DEMO-2026-01',
  purpose: 'disengagement-support',
  legalBasisId: 'fr.cpp.706-25-16',
  to: ['pairs-paris'],
  items: [anItemText()],
  ...changes,
})

/** From prison-paris to probation-paris. */
export const aHandover = (changes: object = {}): object => ({
  kind: 'CaseHandover',
  caseId: 'DEMO-2026-01',
  purpose: 'release-preparation',
  legalBasisId: 'fr.cpen.r113-49',
  to: ['probation-paris'],
  items: [anItemText({ author: { role: 'registrar', service: 'prison-paris' } })],
  ...changes,
})
