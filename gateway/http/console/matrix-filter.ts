/** P1, what of the matrix is asked for: by recipient, by what is shown, by version and by words; and the same as a file. */
import { SPECIAL_SECTIONS } from '#gateway/core/vocabulary/section-families.ts'
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import type { StandingCell } from '#gateway/rooms/cell-default.ts'
import type { Matrix, MatrixCell } from '#gateway/rooms/read-policy.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import { button, form, select } from '#gateway/http/web/kit.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { fileLink, findField, findsIn, listFile } from './lists.ts'
import { levelWord, reachWords } from './names.ts'

const SHOWN = ['all', 'changed', 'no-rule', 'special'] as const
type Shows = (typeof SHOWN)[number]

/** What the form above the matrix asks for. */
export interface MatrixFilter {
  readonly shows: Shows
  /** Empty: all. */
  readonly recipientType: string
  /** Id of a change; empty: the version in force. */
  readonly version: string
}

export function filterOf(query: URLSearchParams): MatrixFilter {
  return {
    shows: SHOWN.find((name) => name === query.get('show')) ?? 'all',
    recipientType: query.get('recipient') ?? '',
    version: query.get('version') ?? '',
  }
}

/** Whether the filter asks for that cell. */
export const isShown = (cell: MatrixCell, shows: Shows): boolean => {
  if (shows === 'changed') return cell.isChanged || cell.isInDraft
  if (shows === 'no-rule') return cell.state === 'no-rule'
  return shows === 'all' || SPECIAL_SECTIONS.has(cell.section)
}

/** Above the matrix: recipient, what is shown, which version, and words of sections. */
export function filterForm(visit: SignedInVisit, { policy, drafts, earlier }: Matrix, filter: MatrixFilter): Html {
  const { t, language } = visit
  const types = policy.set.vocabulary.recipientTypes
  return html`${form(
    { action: '/policy', method: 'get' },
    html`<div class="filters">
      ${select(t, {
        name: 'recipient',
        label: t('console:filter.recipient'),
        value: filter.recipientType,
        items: [
          { value: '', text: t('console:filter.everybody') },
          ...types.map((type) => ({ value: type, text: typeName(language, type) })),
        ],
      })}
      ${select(t, {
        name: 'show',
        label: t('console:filter.show'),
        value: filter.shows,
        items: SHOWN.map((name) => ({ value: name, text: t(`console:filter.shows.${name}`) })),
      })}
      ${select(t, {
        name: 'version',
        label: t('console:filter.version'),
        value: filter.version,
        items: [
          { value: '', text: t('console:filter.inForce') },
          ...drafts.map(({ id, title }) => ({ value: id, text: isolated(title) })),
          ...earlier.map(({ digest, version }) => ({
            value: digest,
            text: t('console:filter.earlier', { version, digest: digest.slice(0, 8) }),
          })),
        ],
      })}
      ${findField(visit)} ${button({ text: t('console:filter.apply'), look: 'secondary' })}
    </div>`,
  )}
  ${fileLink(visit, ['recipient', 'show', 'version'])}`
}

/** Rows of sections whose name holds the words that are looked for. */
export function rowsIn(visit: SignedInVisit, rows: Matrix['rows']): Matrix['rows'] {
  const finds = findsIn(visit)
  return rows.filter(
    ([first]) => first !== undefined && finds(sectionName(visit.language, first.section), first.section),
  )
}

/** What the page shows, a cell a row. */
export function matrixFile(visit: SignedInVisit, { rows }: Matrix, filter: MatrixFilter): WebAnswer {
  const { t } = visit
  const cells = rowsIn(visit, rows)
    .flat()
    .filter(({ recipientType }) => filter.recipientType === '' || recipientType === filter.recipientType)
    .filter((cell) => isShown(cell, filter.shows))
  return listFile(
    'matrix',
    [t('console:filter.recipient'), ...cellHeads(visit)],
    cells.map((cell) => [typeName(visit.language, cell.recipientType), ...cellTexts(visit, cell)]),
  )
}

/** Heads of what one cell comes to. */
export const cellHeads = ({ t }: SignedInVisit): readonly string[] => [
  t('console:matrix.section'),
  t('console:recipient.levelHead'),
  t('console:recipient.limit'),
  t('console:list.conditions'),
  t('console:list.law'),
  t('console:list.state'),
]

/** One cell in words, under those heads. */
export function cellTexts({ t, language }: SignedInVisit, cell: StandingCell): readonly string[] {
  const yes = (is: boolean): string => t(is ? 'console:list.yes' : 'console:list.no')
  return [
    sectionName(language, cell.section),
    cell.state === 'no-rule' ? t('console:level.none') : levelWord(t, cell.level),
    reachWords(t, cell.reach) ?? '',
    yes(cell.isConditional && cell.level !== 'nothing'),
    yes(cell.mandatory.length > 0),
    t(`console:list.states.${stateOf(cell)}`),
  ]
}

const stateOf = ({ state, isChanged }: StandingCell): 'no-rule' | 'changed' | 'default' => {
  if (state === 'no-rule') return state
  return isChanged ? 'changed' : 'default'
}
