/** P1, who receives what: every section down, every recipient type across, each field a word that leads to its cell. */
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { dateTime, details, insetText, link, linkButton, table, tag, warningText } from '#gateway/http/web/kit.ts'
import type { TableCell } from '#gateway/http/web/kit.ts'
import { pick } from '#gateway/http/web/words.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { FLOOR_SECTIONS, SPECIAL_SECTIONS } from '#gateway/core/vocabulary/section-families.ts'
import type { Origin } from '#gateway/rooms/policy-origin.ts'
import { readMatrix } from '#gateway/rooms/read-policy.ts'
import type { FailedVersion, Matrix, MatrixCell, PolicyRead } from '#gateway/rooms/read-policy.ts'
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import { adoptionAct } from './adoption.ts'
import { isFile, isFiltered } from './lists.ts'
import { filterForm, filterOf, isShown, matrixFile, rowsIn } from './matrix-filter.ts'
import type { MatrixFilter } from './matrix-filter.ts'
import { recipientChoice } from './matrix-narrow.ts'
import { familiesOf, levelWord, reachWords } from './names.ts'

export async function matrixPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t } = visit
  const filter = filterOf(visit.query)
  const matrix = await readMatrix(visit.deps, filter.version === '' ? undefined : filter.version)
  const title = t('console:matrix.title')
  if (matrix === undefined)
    return filter.version === ''
      ? page({ title, body: html`<p class="govuk-body">${t('console:matrix.none')}</p>` })
      : { kind: 'problem', problem: { code: 'not-found' } }
  if (isFile(visit)) return matrixFile(visit, matrix, filter)
  const { policy, origin, awaited } = matrix
  const profile = pick(visit.language, policy.set.title)
  const body = html`<p class="govuk-body">${visit.t('console:matrix.profile', { title: isolated(profile) })}</p>
    ${versionLine(visit, policy, origin)} ${awaited !== undefined && adoptionAct(visit, policy, awaited)}
    ${filterForm(visit, matrix, filter)}
    ${matrix.defaults !== undefined && html`<p class="govuk-body small">${t(`console:matrix.follows.${matrix.defaults}`)}</p>`}
    ${families(visit, matrix, filter)} ${actions(visit, matrix)}`
  return page({ title, body, isWide: true })
}

/** Version, since when, signed by whom; and in red what could not be put in force. */
export function versionLine(visit: SignedInVisit, policy: PolicyRead, origin?: Origin): Html {
  const { t } = visit
  const { change, since, failed, version, isEarlier } = policy
  const begins = t(isEarlier === true ? 'console:version.was' : 'console:version.since', { version })
  const line =
    change !== undefined
      ? t('console:version.draft', { version, title: isolated(change.title) })
      : since === undefined
        ? t('console:version.known', { version })
        : undefined
  return html`<p class="govuk-body">
      ${line ?? html`${begins} ${dateTime(visit, since ?? 0)}.`} ${standsForIt(visit, policy, origin)}
    </p>
    ${failed !== undefined && failedBanner(visit, policy, failed)}`
}

/** Who signed it; of what nobody signed, where it came from. A draft is signed on its own page. */
function standsForIt(visit: SignedInVisit, { signedBy, change, isEarlier }: PolicyRead, origin?: Origin): Shown {
  const { t } = visit
  if (origin?.kind === 'approved' && origin.change.kind === 'adoption') {
    const names = origin.by.map(isolated).join(', ')
    return html`${t('console:version.adopted', { names })} ${dateTime(visit, origin.change.startedAt ?? 0)}.`
  }
  if (signedBy.length > 0) return t('console:version.signed', { names: signedBy.map(isolated).join(', ') })
  if (change !== undefined) return undefined
  const isAwaited = isEarlier !== true && (origin?.kind === 'shipped' || origin?.kind === 'file')
  return isAwaited ? html`<strong>${t(`console:version.${origin.kind}`)}</strong>` : t('console:version.unsigned')
}

const failedBanner = (visit: SignedInVisit, { version }: PolicyRead, failed: FailedVersion): Html => {
  const { t } = visit
  return html`<div class="govuk-error-summary" role="region" aria-labelledby="failed-version">
    <h2 class="govuk-error-summary__title" id="failed-version">
      ${t('console:failed.title', { version: failed.version })}
    </h2>
    <p class="govuk-body">${t('console:failed.stays', { version })}</p>
    ${failed.at !== undefined && html`<p class="govuk-body">${t('console:failed.when')} ${dateTime(visit, failed.at)}</p>`}
    <p class="govuk-body">
      ${failed.told.length === 0 ? t('console:failed.log') : t('console:failed.told', { names: failed.told.map(isolated).join(', ') })}
    </p>
  </div>`
}

/** One folding table for each family; those without a row that the filter asks for are left out. */
function families(visit: SignedInVisit, { policy, rows }: Matrix, asked: MatrixFilter): Shown {
  // A cell is written in a draft, and nowhere else: of an earlier version it leads to the cell as it is now.
  const filter = policy.change === undefined ? { ...asked, change: '' } : { ...asked, change: policy.change.id }
  const { t, language } = visit
  const bySection = new Map(
    rowsIn(visit, rows).flatMap((row) => (row[0] === undefined ? [] : [[row[0].section, row] as const])),
  )
  const wanted = policy.set.vocabulary.recipientTypes.filter(
    (type) => filter.recipientType === '' || type === filter.recipientType,
  )
  const links = details(
    t('console:matrix.recipients'),
    html`<ul class="govuk-list">
      ${wanted.map(
        (type) => html`<li>${link(typeName(language, type), `/policy/recipients/${encodeURIComponent(type)}`)}</li>`,
      )}
    </ul>`,
    { id: 'recipients' },
  )
  if (wanted.length === 0) return html`<p class="govuk-body">${t('console:matrix.empty')}</p>`
  const made = familiesOf(language, policy.set.vocabulary.sections, t('console:matrix.otherFamily')).flatMap(
    (family) => {
      const shown = family.sections.flatMap((section) => {
        const cells = (bySection.get(section) ?? []).filter(({ recipientType }) => wanted.includes(recipientType))
        return cells.some((cell) => isShown(cell, filter.shows)) ? [cells] : []
      })
      return shown.length === 0 ? [] : [familyTable(visit, { id: family.id, name: family.name, shown, wanted, filter })]
    },
  )
  if (made.length === 0) return html`<p class="govuk-body">${t('console:matrix.empty')}</p>`
  // Ten columns of 31 sections are a page without end on a telephone: there, first a recipient, then its list.
  return wanted.length > 1 && filter.shows === 'all' && !isFiltered(visit)
    ? [recipientChoice(visit, rows, filter.version), html`<div class="where-wide">${links} ${made}</div>`]
    : [links, ...made]
}

interface FamilyTable {
  readonly id: string
  readonly name: string
  readonly shown: readonly (readonly MatrixCell[])[]
  readonly wanted: readonly string[]
  readonly filter: MatrixFilter & { readonly change: string }
}

function familyTable(visit: SignedInVisit, { id, name, shown, wanted, filter }: FamilyTable): Html {
  const { t, language } = visit
  const made = table({
    caption: name,
    isCaptionHidden: true,
    head: [t('console:matrix.section'), ...wanted.map((type) => typeName(language, type))],
    rows: shown.map((cells) => [
      sectionHead(visit, cells[0]?.section ?? ''),
      ...cells.map((cell) => matrixCell(visit, cell, filter)),
    ]),
  })
  return details(html`${name} (${shown.length})`, html`<div class="matrix">${made}</div>`, {
    id: `family-${id}`,
    isOpen: true,
  })
}

/** Safety items and special categories are of the section, whoever receives it. */
const sectionHead = ({ t, language }: SignedInVisit, section: string): Html =>
  html`${sectionName(language, section)}
  ${FLOOR_SECTIONS.has(section) && html`<br /><span class="small">${t('console:mark.floor')}</span>`}
  ${SPECIAL_SECTIONS.has(section) && html`<br /><span class="small">${t('console:mark.special')}</span>`}`

/** A word that leads to the cell, its limit, and its marks. */
function matrixCell(visit: SignedInVisit, cell: MatrixCell, { shows, change }: FamilyTable['filter']): TableCell {
  const { t, language } = visit
  if (!isShown(cell, shows)) return { content: html`<span class="quiet">${cellWord(visit, cell)}</span>` }
  const reach = reachWords(t, cell.reach)
  const about = t('console:matrix.about', {
    section: sectionName(language, cell.section),
    recipient: typeName(language, cell.recipientType),
  })
  const marks = marksOf(visit, cell)
  return {
    look: cell.state === 'no-rule' ? 'level no-rule' : `level level-${cell.level}`,
    content: html`${link(cellWord(visit, cell), cellPath(cell, change), { hidden: about })}
    ${reach !== undefined && html`<br /><span class="small">${reach}</span>`}
    ${marks.map((mark) => html`<br /><span class="small">${mark}</span>`)}`,
  }
}

const cellWord = ({ t }: SignedInVisit, cell: MatrixCell): string =>
  cell.state === 'no-rule' ? t('console:level.none') : levelWord(t, cell.level)

export const cellPath = (cell: Pick<MatrixCell, 'recipientType' | 'section'>, change = ''): `/policy/cells/${string}` =>
  `/policy/cells/${encodeURIComponent(cell.recipientType)}/${encodeURIComponent(cell.section)}${change === '' ? '' : `?change=${encodeURIComponent(change)}`}`

/** In words, never by colour alone. */
function marksOf({ t }: SignedInVisit, cell: MatrixCell): readonly Shown[] {
  return [
    ...(cell.isConditional && cell.level !== 'nothing' ? [t('console:mark.conditions')] : []),
    ...(cell.mandatory.length > 0 ? [t('console:mark.mandatory')] : []),
    ...(cell.isChanged ? [tag(t('console:mark.changed'), 'blue')] : []),
    ...(cell.isInDraft ? [tag(t('console:mark.draft'), 'yellow')] : []),
  ]
}

function actions({ t, visitor }: SignedInVisit, { rows }: Matrix): Html {
  const without = rows.flat().filter(({ state }) => state === 'no-rule').length
  return html`${without > 0 && warningText(t, t('console:matrix.withoutRule', { count: without }))}
    ${insetText(t('console:matrix.floorNote'))}
    <div class="govuk-button-group">
      ${visitor.account.role === 'officer' && linkButton({ text: t('console:matrix.changes'), href: '/changes' })}
      ${link(t('console:matrix.map'), '/policy/map')} ${link(t('console:matrix.seeAs'), '/see-as')}
      ${link(t('console:matrix.examples'), '/examples')} ${link(t('console:warnings.title'), '/policy/warnings')}
    </div>`
}
