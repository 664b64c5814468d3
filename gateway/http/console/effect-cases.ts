/** P7: what recipients would be shown otherwise of the invented cases, each with a way to look at it; and what the draft meets on its way. */
import { purposeName, sectionName, typeName } from '#gateway/core/cell-names.ts'
import type { InventedCase } from '#gateway/core/invented-case.ts'
import type { CaseDifference } from '#gateway/ports/changes.ts'
import { inFlight } from '#gateway/rooms/replay-in-flight.ts'
import type { ChangeDesk } from '#gateway/rooms/read-changes.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { link, table } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { directionTag } from './change-parts.ts'
import { levelWord } from './names.ts'

const MOST_SHOWN = 200

/** Nothing where none would be shown otherwise. */
export async function casesOtherwise(
  visit: SignedInVisit,
  found: readonly CaseDifference[],
  change: string,
): Promise<Html | undefined> {
  const { t, deps, language } = visit
  if (found.length === 0) return undefined
  const titles = new Map((await deps.changing.inventedCases(deps.clock())).map((one) => [one.id, one]))
  return table({
    caption: t('changes:effect.cases'),
    captionSize: 'm',
    isFirstCellHeader: false,
    head: [
      t('changes:effect.direction'),
      t('changes:effect.case'),
      t('changes:effect.recipient'),
      t('changes:effect.change'),
    ],
    rows: found.slice(0, MOST_SHOWN).map((one) => [
      directionTag(visit, one.direction),
      link(titleOf(visit, titles.get(one.caseId), one.caseId), seeAsPath(one, change)),
      html`${typeName(language, one.recipientType)}<br /><span class="small"
          >${purposeName(language, one.purpose)}${one.isOnRequest && html` · ${t('changes:effect.onRequest')}`}</span
        >`,
      t('changes:effect.fromTo', {
        section: sectionName(language, one.section),
        before: levelWord(t, one.before),
        after: levelWord(t, one.after),
      }),
    ]),
  })
}

const titleOf = ({ language }: SignedInVisit, of: InventedCase | undefined, id: string): string =>
  of === undefined ? id : `${id} · ${pick(language, of.title)}`

function seeAsPath(
  { caseId, recipientType, purpose, role, isOnRequest }: CaseDifference,
  version: string,
): `/${string}` {
  const query = new URLSearchParams({
    case: caseId,
    recipient: recipientType,
    purpose,
    role,
    version,
    more: 'withheld',
  })
  if (isOnRequest) query.append('more', 'asked')
  return `/see-as?${query.toString()}`
}

/** Counts that name nobody. */
export async function onItsWay(visit: SignedInVisit, { cells }: ChangeDesk): Promise<Html> {
  const { t, deps } = visit
  const { requests, queued, people } = await inFlight(deps, cells)
  return html`<h2 class="govuk-heading-m">${t('changes:effect.inFlight')}</h2>
    <ul class="govuk-list govuk-list--bullet">
      <li>
        ${countWords(visit, 'requests', requests)}
        ${requests > 0 && link(t('changes:effect.requestsLink'), '/requests')}
      </li>
      <li>${countWords(visit, 'waiting', queued)}</li>
      ${people > 0 && html`<li>${t('changes:effect.people', { count: people })}</li>`}
    </ul>`
}

const countWords = ({ t }: SignedInVisit, name: 'requests' | 'waiting', count: number): string =>
  count === 0 ? t(`changes:effect.${name}None`) : t(`changes:effect.${name}`, { count })
