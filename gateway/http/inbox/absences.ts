/** What is not shown, each kind in its own words and without a number. What is withheld in silence has no words here: the sentence on every page stands for it. */
import { parseInstant } from '#policies/language/instant.ts'
import type { Projection, WithheldEntry } from '#gateway/core/projection.ts'
import { unreachable } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { link, timeWords } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import type { DepthView } from '#gateway/rooms/read-inbox-depth.ts'
import { sectionName } from './names.ts'
import { pathOf } from './reading.ts'

interface Missing {
  readonly projection: Projection
  readonly view: Pick<DepthView, 'choice'>
  /** Of the delivery; absent: it is of no case, and nothing leads on from here. */
  readonly id?: string
}

export function absences(visit: SignedInVisit, { projection: { withheld }, view, id }: Missing): Html | undefined {
  if (withheld.length === 0) return undefined
  const { t } = visit
  return html`<section class="absence" aria-labelledby="absent">
    <h2 class="govuk-heading-s" id="absent">${t('inbox:absence.title')}</h2>
    <ul class="govuk-list">
      ${withheld.map((entry) => html`<li>${words(visit, entry, view)} ${id !== undefined && act(visit, entry, id)}</li>`)}
    </ul>
  </section>`
}

function words(visit: SignedInVisit, entry: WithheldEntry, view: Missing['view']): string {
  const { t } = visit
  const section = sectionName(visit, entry.section)
  switch (entry.kind) {
    case 'your-choice':
      return t('inbox:absence.yourChoice', { section })
    case 'sealed-until':
      return sealed(visit, section, view)
    case 'policy-declared':
      return t('inbox:absence.policy', { section })
    default:
      return unreachable(entry.kind)
  }
}

function sealed(visit: SignedInVisit, section: string, { choice }: Missing['view']): string {
  const { t } = visit
  const { until, meetings } = choice.delayedReveal ?? {}
  const at = until === undefined ? undefined : parseInstant(until)
  const date = at === undefined ? undefined : timeWords(visit, at, 'day')
  if (date !== undefined && meetings !== undefined) return t('inbox:absence.sealedBoth', { section, date, meetings })
  if (date !== undefined) return t('inbox:absence.sealedDate', { section, date })
  if (meetings !== undefined) return t('inbox:absence.sealedMeetings', { section, meetings })
  return t('inbox:absence.sealedByOrganisation', { section })
}

function act({ t }: SignedInVisit, { kind }: WithheldEntry, id: string): Html {
  if (kind === 'policy-declared') return link(t('inbox:absence.ask'), pathOf(id, '/ask'))
  return link(t(kind === 'sealed-until' ? 'inbox:absence.openNow' : 'inbox:absence.showMore'), pathOf(id, '/more'))
}
