/** What to look at twice in the policy, or in a draft: each warning with the cells that it is about, and a link to each. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import type { CellKey } from '#policies/engine/cell-edit.ts'
import type { CellWarning } from '#gateway/rooms/cell-warnings.ts'
import { readWarnings } from '#gateway/rooms/policy-warnings.ts'
import type { WarnedCell, WarningsRead } from '#gateway/rooms/policy-warnings.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { details, insetText, link } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { findsIn, isFile, listFile, listTools } from './lists.ts'
import { cellPath, versionLine } from './matrix.ts'

export async function warningsPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps } = visit
  const version = visit.query.get('version') ?? ''
  const read = await readWarnings(deps, version === '' ? undefined : version)
  if (read === undefined) return { kind: 'problem', problem: { code: 'not-found' } }
  const warnings = warningsIn(visit, read.warnings)
  if (isFile(visit)) return warningsFile(visit, warnings)
  const body = html`${versionLine(visit, read.policy)}
    <p class="govuk-body">${t('console:warnings.intro')}</p>
    ${read.warnings.length > 0 && listTools(visit, { shown: warnings.length, kept: ['version'] })}
    ${(warnings.length > 0 || read.warnings.length === 0) && warningLists(visit, { ...read, warnings })}`
  return page({
    title: t('console:warnings.title'),
    body,
    area: 'policy',
    back: { href: '/policy', text: t('console:map.back') },
  })
}

function warningsIn(visit: SignedInVisit, warnings: WarningsRead['warnings']): WarningsRead['warnings'] {
  const finds = findsIn(visit)
  return warnings
    .map(({ code, cells }) => ({
      code,
      cells: cells.filter((cell) => finds(visit.t(`console:warning.${code}`), ...cellTexts(visit, cell))),
    }))
    .filter(({ cells }) => cells.length > 0)
}

const cellTexts = ({ language }: SignedInVisit, cell: CellKey): readonly [string, string] => [
  sectionName(language, cell.section),
  typeName(language, cell.recipientType),
]

const warningsFile = (visit: SignedInVisit, warnings: WarningsRead['warnings']): WebAnswer => {
  const { t } = visit
  return listFile(
    'warnings',
    [t('console:list.warning'), t('console:matrix.section'), t('console:filter.recipient')],
    warnings.flatMap(({ code, cells }) =>
      cells.map((cell) => [t(`console:warning.${code}`), ...cellTexts(visit, cell)]),
    ),
  )
}

/** Few are shown at once, many behind their warning. */
const FEW = 5

/** The same for the pages of a change. */
export function warningLists(visit: SignedInVisit, { policy, warnings }: WarningsRead): Html | readonly Html[] {
  const { t } = visit
  if (warnings.length === 0) return insetText(t('console:warnings.none'))
  return warnings.map(({ code, cells }) =>
    details(
      html`${t(`console:warning.${code}`)} (${cells.length})`,
      html`<ul class="govuk-list govuk-list--bullet">
        ${cells.map((cell) => html`<li>${cellLink(visit, cell, policy.change?.id)} ${aboutCells(visit, cell, policy.change?.id)}</li>`)}
      </ul>`,
      { id: `warning-${code}`, isOpen: cells.length <= FEW },
    ),
  )
}

/** On the pages of a change: what to look at twice in the cells that it edits. Nothing where there is nothing. */
export async function changeWarnings(visit: SignedInVisit, id: string): Promise<Html | undefined> {
  const read = await readWarnings(visit.deps, id)
  if (read === undefined || read.warnings.length === 0) return undefined
  return html`<h2 class="govuk-heading-m">${visit.t('console:warnings.title')}</h2>
    ${warningLists(visit, read)}`
}

const cellLink = (visit: SignedInVisit, cell: CellKey, change: string | undefined): Html =>
  link(cellTexts(visit, cell).join(' – '), cellPath(cell, change))

/** Links to the other cells that make a warning so. */
export const aboutCells = (
  visit: SignedInVisit,
  { about }: Pick<WarnedCell | CellWarning, 'about'>,
  change: string | undefined,
): Html | undefined =>
  about.length === 0
    ? undefined
    : html`<span class="small"
        >${visit.t('console:warnings.see')}
        ${about.map((cell, index) => html`${index > 0 && ', '}${cellLink(visit, cell, change)}`)}</span
      >`
