/** Parts that the pages of changes share: states, starts, what was and what becomes, counts of an effect. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import type { EffectCell } from '#gateway/core/effect-counts.ts'
import type { ChangeStart, PolicyChange } from '#gateway/core/policy-change.ts'
import { stateAfter } from '#gateway/core/policy-change-states.ts'
import type { ChangeState } from '#gateway/core/policy-change-states.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { table, tag, timeWords } from '#gateway/http/web/kit.ts'
import type { TagColour } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { looksOf } from '#gateway/rooms/change-look.ts'
import type { CellDifference } from '#gateway/rooms/compare-versions.ts'
import type { ChangeDesk } from '#gateway/rooms/read-changes.ts'

const COLOURS: Readonly<Record<ChangeState, TagColour>> = {
  draft: 'grey',
  submitted: 'blue',
  'sent-back': 'orange',
  approved: 'green',
  scheduled: 'turquoise',
  observing: 'purple',
  'in-force': 'green',
  withdrawn: 'grey',
  lapsed: 'grey',
  overtaken: 'orange',
}

export const stateTag = ({ t }: SignedInVisit, { state }: Pick<PolicyChange, 'state'>): Html =>
  tag(t(`changes:state.${state}`), COLOURS[state])

export function startWords(visit: SignedInVisit, start: ChangeStart): string {
  const { t } = visit
  if (start.kind === 'now') return t('changes:startOf.now')
  if (start.kind === 'at') return t('changes:startOf.at', { when: timeWords(visit, start.at) })
  return t('changes:startOf.observe', { count: start.days })
}

export const cellName = (
  { language }: Pick<SignedInVisit, 'language'>,
  cell: { readonly recipientType: string; readonly section: string },
): string => `${sectionName(language, cell.section)} – ${typeName(language, cell.recipientType)}`

const DIRECTIONS = { more: 'red', less: 'green', 'same-level': 'grey' } as const

export const directionTag = ({ t }: SignedInVisit, direction: CellDifference['direction']): Html =>
  tag(t(direction === 'same-level' ? 'changes:change.sameLevel' : `changes:change.${direction}`), DIRECTIONS[direction])

/** Was and becomes, one sentence each. */
export const wasAndBecomes = (visit: SignedInVisit, said: Pick<CellDifference, 'was' | 'is'>): Html =>
  html`<p class="govuk-body">
      <strong>${visit.t('changes:change.was')}</strong> <del>${pick(visit.language, said.was)}</del>
    </p>
    <p class="govuk-body">
      <strong>${visit.t('changes:change.becomes')}</strong> <ins>${pick(visit.language, said.is)}</ins>
    </p>`

/** Gains and losses, by recipient and section. */
export function cellCounts(visit: SignedInVisit, cells: readonly EffectCell[], caption: string): Html {
  const { t, language } = visit
  const sorted = cells.toSorted((a, b) => b.gains - a.gains || b.losses - a.losses)
  return table({
    caption,
    captionSize: 'm',
    head: [
      t('changes:effect.recipient'),
      t('changes:effect.section'),
      { text: t('changes:effect.gains'), isNumeric: true },
      { text: t('changes:effect.losses'), isNumeric: true },
    ],
    rows: sorted.map(({ recipientType, section, gains, losses }) => [
      typeName(language, recipientType),
      sectionName(language, section),
      { content: numberWords(language, gains), isNumeric: true },
      { content: numberWords(language, losses), isNumeric: true },
    ]),
  })
}

export const numberWords = (language: string, value: number): string => new Intl.NumberFormat(language).format(value)

/** Who looked at what it would do as it stands, and when. */
export function looks(visit: SignedInVisit, { change, effect }: Pick<ChangeDesk, 'change' | 'effect'>): Html {
  const { t } = visit
  const now = looksOf(effect?.effect, change)
  // A draft that is written again was signed as it was before.
  const isWritten = stateAfter(change.state, 'edit') !== undefined
  const signed = (isWritten ? [] : (change.effect?.looks ?? [])).filter(
    ({ account, at }) => !now.some((one) => one.account === account && one.at === at),
  )
  const found = [...signed, ...now]
  if (found.length === 0) return html`<p class="govuk-body">${t('changes:effect.looksNone')}</p>`
  return html`<ul class="govuk-list">
    ${found.map(({ name, at }) => html`<li>${t('changes:effect.look', { name: isolated(name), when: timeWords(visit, at) })}</li>`)}
  </ul>`
}
