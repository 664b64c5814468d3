/** A case as somebody would get it, section by section, and on wish what is withheld: struck out, with who holds it back and by which rule. */
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { termIn } from '#gateway/core/vocabulary/sections.ts'
import type { Gap, Seen } from '#gateway/rooms/see-as.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { caseText } from '#gateway/http/web/kit.ts'
import type { Visit } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { sectionName } from '#gateway/core/cell-names.ts'
import { levelWord } from './names.ts'

export interface SeenGiven {
  readonly seen: Seen
  readonly isWithheldShown: boolean
  /** Level of the headings of sections. */
  readonly heading?: 3 | 4
}

/** Everything that the person would get; an empty page says so. */
export function seenCase(visit: Visit, { seen, isWithheldShown }: SeenGiven): Html {
  const { t, language } = visit
  const { items, withheld } = seen.projection
  const gaps = isWithheldShown ? seen.gaps : []
  const sections = [...new Set([...items.map(({ section }) => section), ...gaps.map(({ item }) => item.section)])]
  const made = sections.map(
    (section) =>
      html`<h3 class="govuk-heading-s">${sectionName(language, section)}</h3>
        <ul class="govuk-list">
          ${items.filter((item) => item.section === section).map((item) => shownItem(visit, item))}
          ${gaps.filter(({ item }) => item.section === section).map((gap) => gapItem(visit, gap))}
        </ul>`,
  )
  return html`${sections.length === 0 && html`<p class="govuk-body">${t('console:seeAs.empty')}</p>`} ${made}
  ${
    withheld.length > 0 &&
    html`<ul class="govuk-list absence">
      ${withheld.map(
        ({ section, kind }) =>
          html`<li>${t(`console:seeAs.declared.${kind}`, { section: sectionName(language, section) })}</li>`,
      )}
    </ul>`
  }`
}

const termName = ({ language }: Visit, section: string, id: string | undefined): string => {
  const term = id === undefined ? undefined : termIn(section, id)
  return term === undefined ? (id ?? '') : pick(language, term)
}

/** An officer sees that there is intelligence and of what kind, never what it says. */
const isIntelligence = ({
  section,
  nature,
}: {
  readonly section: string
  readonly nature?: string | undefined
}): boolean => section === 'intelligence' || nature === 'intelligence'

function shownItem(visit: Visit, item: ProjectedItem): Html {
  const { t } = visit
  if (item.level === 'existence') return html`<li>${t('console:seeAs.exists')}</li>`
  const value = isIntelligence(item)
    ? html`<em>${t('console:seeAs.shapeOnly')}</em>`
    : caseText(t, valueText(item.value), item.lang)
  return html`<li>
    <strong>${termName(visit, item.section, item.term)}</strong> ${value}
    <span class="small">${levelWord(t, item.level)}${item.past && html` · ${t('console:seeAs.past')}`}</span>
  </li>`
}

/** Struck out, for eyes and for ears, with the whole sentence of the decision. */
function gapItem(visit: Visit, { item, kind, outcome, sentence }: Gap): Html {
  const { t, language } = visit
  const what: Shown = isIntelligence(item)
    ? t('console:seeAs.shapeOnly')
    : caseText(t, valueText(item.value ?? Object.values(item.rungs ?? {})[0]), item.lang)
  return html`<li>
    <del
      ><span class="govuk-visually-hidden">${t('console:seeAs.gapBegins')}</span>
      <strong>${termName(visit, item.section, item.term)}</strong> ${what}
      <span class="govuk-visually-hidden">${t('console:seeAs.gapEnds')}</span></del
    >
    <br /><span class="small"
      >${t(`console:seeAs.gap.${kind}`)}
      ${outcome.rules.length > 0 && t('console:seeAs.rules', { rules: outcome.rules.join(', ') })}</span
    >
    <br /><span class="small" lang="${language === 'fr' ? 'fr' : 'en'}">${pick(language, sentence)}</span>
  </li>`
}

/** A value in one line: text as it is, members by their name. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(valueText).join(', ')
  return Object.entries(value)
    .map(([name, member]) => `${name}: ${valueText(member)}`)
    .join('; ')
}
