/** One item as it is read: its value, whose it is and since when, how sure it is, and what the person says to it. */
import { parseInstant } from '#policies/language/instant.ts'
import { isFloorTerm } from '#gateway/core/label.ts'
import { NATURES } from '#gateway/core/item.ts'
import type { ProjectedItem, Projection } from '#gateway/core/projection.ts'
import { entryOf } from '#gateway/core/vocabulary/code-list.ts'
import { CONDITIONS } from '#gateway/core/vocabulary/codes.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { caseText, dateTime, insetText, summaryList, tag } from '#gateway/http/web/kit.ts'
import type { SummaryRow } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { fieldName, roleName, serviceName, termName } from './names.ts'

type Value = ProjectedItem['value']

/** Of the safety floor, and in force: shown on top, whatever was chosen. */
export const isFloorItem = ({ section, term, past }: ProjectedItem): boolean =>
  term !== undefined && !past && isFloorTerm(section, term)

/** Facts, decisions and the person's own words; the rest is what somebody thinks. */
export const isFactual = ({ nature }: ProjectedItem): boolean =>
  nature === undefined || nature === 'fact' || nature === 'decision' || nature === 'statement-of-person'

/** The block that stands first on every page of a case. */
export function floorBlock(visit: SignedInVisit, { items }: Projection): Html {
  const { t } = visit
  const floor = items.filter(isFloorItem)
  return html`<section class="notice" aria-labelledby="floor">
    <h2 class="govuk-heading-m" id="floor">${t('inbox:floor.title')}</h2>
    ${
      floor.length === 0
        ? html`<p class="govuk-body">${t('inbox:floor.none')}</p>`
        : floor.map(
            (item) =>
              html`<h3 class="govuk-heading-s">${termOf(visit, item)}</h3>
                <div class="govuk-body">${valueOf(visit, item.value, item.lang)}</div>`,
          )
    }
  </section>`
}

const termOf = (visit: SignedInVisit, { section, term }: ProjectedItem): string =>
  term === undefined ? '' : termName(visit, section, term)

/** Codes of the conditions that all of these items come with: said once of all of them. */
export function sharedConditions(items: readonly ProjectedItem[]): readonly string[] {
  const [first, ...others] = items.map(({ marking }) => marking.conditions)
  return (first ?? []).filter((code) => others.every((codes) => codes.includes(code)))
}

interface AroundItem {
  /** It was not there, or not so, when the person last looked. */
  readonly isNew: boolean
  /** Conditions that are said of all items around it. */
  readonly shared: readonly string[]
}

/** The whole item. */
export function itemBlock(visit: SignedInVisit, item: ProjectedItem, { isNew, shared }: AroundItem): Html {
  const { t } = visit
  const about = aboutItem(visit, item, shared)
  if (item.level === 'existence')
    return html`<div class="item">
      <p class="govuk-body">${t('inbox:item.exists')}</p>
      ${summaryList(about, { hasNoBorder: true })}
    </div>`
  const nature = NATURES.find((known) => known === item.nature)
  return html`<div class="item">
    <h4 class="govuk-heading-s">
      ${termOf(visit, item)} ${nature !== undefined && tag(t(`inbox:nature.${nature}`), natureColour(item))}
      ${isNew && tag(t('inbox:item.new'), 'green')} ${item.past && tag(t('inbox:item.past'), 'grey')}
      ${item.disputed === true && tag(t('inbox:item.disputed'), 'orange')}
    </h4>
    <div class="govuk-body">${valueOf(visit, item.value, item.lang)}</div>
    ${disputeOf(visit, item)} ${summaryList(about, { hasNoBorder: true })}
  </div>`
}

const natureColour = (item: ProjectedItem): 'blue' | 'purple' => (isFactual(item) ? 'blue' : 'purple')

/** What the person says stands beside what is said of them. */
function disputeOf({ t }: SignedInVisit, { disputed, subjectStatement, lang }: ProjectedItem): Html | undefined {
  if (subjectStatement !== undefined) {
    const lead = disputed === true ? t('inbox:item.disputedBy') : t('inbox:item.statement')
    return insetText([html`<strong>${lead}</strong> `, caseText(t, subjectStatement, lang)])
  }
  return disputed === true ? insetText(t('inbox:item.disputedSilent')) : undefined
}

function aboutItem(visit: SignedInVisit, item: ProjectedItem, shared: readonly string[]): readonly SummaryRow[] {
  const { t } = visit
  const { author, quality, marking, lang } = item
  const role = roleName(visit, author.role)
  const by =
    author.service === undefined ? role : t('inbox:item.by', { role, service: serviceName(visit, author.service) })
  const text = (key: string, value: Shown): readonly SummaryRow[] => (value === undefined ? [] : [{ key, value }])
  const list = (key: string, texts: readonly string[] | undefined): readonly SummaryRow[] =>
    texts === undefined || texts.length === 0 ? [] : [{ key, value: listOf(visit, texts, lang) }]
  const graded = (grade: typeof quality.source): string | undefined => grade && `${grade.scheme} ${grade.code}`
  return [
    { key: t('inbox:item.observed'), value: [dayOf(visit, item.observedAt), ' · ', by] },
    ...text(t('inbox:item.valid'), quality.validUntil === undefined ? undefined : dayOf(visit, quality.validUntil)),
    ...text(t('inbox:item.source'), graded(quality.source)),
    ...text(t('inbox:item.information'), graded(quality.information)),
    ...text(t('inbox:item.method'), quality.method === undefined ? undefined : caseText(t, quality.method, lang)),
    ...list(t('inbox:item.for'), item.evidenceFor),
    ...list(t('inbox:item.against'), item.evidenceAgainst),
    ...text(
      t('inbox:item.missing'),
      item.missingInformation === undefined ? undefined : caseText(t, item.missingInformation, lang),
    ),
    ...(quality.completeness === 'partial' ? [{ key: t('inbox:item.partial'), value: t('inbox:yes') }] : []),
    ...(quality.generalised ? [{ key: t('inbox:item.general'), value: t('inbox:yes') }] : []),
    ...text(
      t('inbox:item.conditions'),
      conditionWords(
        visit,
        marking.conditions.filter((code) => !shared.includes(code)),
      ),
    ),
  ]
}

/** As one text; undefined where there are none. */
export const conditionWords = ({ language }: SignedInVisit, codes: readonly string[]): string | undefined => {
  const words = codes.map((code) => {
    const condition = entryOf(CONDITIONS, code)
    return condition === undefined ? code : pick(language, condition)
  })
  return words.length === 0 ? undefined : words.join('; ')
}

const listOf = ({ t }: SignedInVisit, texts: readonly string[], lang: string | undefined): Html =>
  html`<ul class="govuk-list govuk-list--bullet">
    ${texts.map((text) => html`<li>${caseText(t, text, lang)}</li>`)}
  </ul>`

/** A whole day in words; a month, a year or a band as it was sent, since no day is to be read into it. */
export function dayOf(visit: SignedInVisit, text: string): Html {
  const at = text.length >= 10 ? parseInstant(text) : undefined
  return at === undefined ? caseText(visit.t, text, undefined) : dateTime(visit, at, 'day')
}

const DAY = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?$/

/** Any value that a ladder may hold, member by member; texts in their own language. */
export function valueOf(visit: SignedInVisit, value: Value, lang: string | undefined): Html {
  const { t } = visit
  if (value === undefined || value === null) return html``
  if (typeof value === 'boolean') return html`${value ? t('inbox:yes') : t('inbox:no')}`
  if (typeof value === 'number') return html`${value}`
  if (typeof value === 'string') return DAY.test(value) ? dayOf(visit, value) : caseText(t, value, lang)
  if (Array.isArray(value))
    return html`<ul class="govuk-list govuk-list--bullet">
      ${value.map((one) => html`<li>${valueOf(visit, one, lang)}</li>`)}
    </ul>`
  return summaryList(
    Object.entries(value).map(([name, one]) => ({
      key: caseText(t, fieldName(visit, name), undefined),
      value: valueOf(visit, one, lang),
    })),
    { hasNoBorder: true },
  )
}
