/** The form of one cell: read into an edit with what is wrong beside each field, and written with what was typed. */
import { basisTitle, purposeName } from '#gateway/core/cell-names.ts'
import { cellEditSchema } from '#gateway/core/cell-edit.ts'
import type { CellDesk } from '#gateway/rooms/edit-cell.ts'
import { CELL_CONDITIONS, CELL_MILESTONES } from '#policies/engine/cell-edit.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { conditionText } from '#policies/engine/cell-sentence.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parseInstant, printDay } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { LEVELS } from '#policies/language/level.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { checkboxes, details, fieldset, input, radios, select, textarea } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { levelHint, rungFields, rungsIn } from './cell-rungs.ts'
import { levelWord } from './names.ts'

/** Either a whole edit, or what is wrong with the fields. */
export interface CellForm {
  /** As good as it could be read: for the preview. */
  readonly edit: CellEdit
  readonly errors: FieldErrors
}

/** Reads what was sent. A field that cannot be read keeps what the cell says now, and is named in the errors. */
export function readCellForm(visit: SignedInVisit, { begin }: CellDesk, sent: URLSearchParams): CellForm {
  const { t } = visit
  const text = (name: string): string => sent.get(name)?.trim() ?? ''
  const level = LEVELS.find((one) => one === text('level')) ?? begin.level
  const from = dayIn(text('from'))
  const until = dayIn(text('until'))
  const reviewAt = dayIn(text('review'))
  const reach = level === 'full' ? reachIn(text('reach'), text('months')) : undefined
  const edit = {
    recipientType: begin.recipientType,
    section: begin.section,
    level,
    ...(reach === undefined || reach === 'wrong' ? {} : { reach }),
    omission: text('omission') === 'declared' ? ('declared' as const) : ('silent' as const),
    rungs: rungsIn(sent, begin),
    conditions: CELL_CONDITIONS.filter((name) => sent.getAll('conditions').includes(name)),
    purposes: sent.getAll('purposes'),
    bases: sent.getAll('bases'),
    ...(typeof from === 'number' ? { from } : {}),
    ...(typeof until === 'number' ? { until } : {}),
    reason: text('reason'),
    reviewAt: typeof reviewAt === 'number' ? reviewAt : begin.reviewAt,
    at: begin.at,
  }
  const issues = new Set((cellEditSchema.safeParse(edit).error?.issues ?? []).map(({ path }) => String(path[0])))
  const errors = {
    ...(reach === 'wrong' ? { months: t('console:cell.error.months') } : {}),
    ...(issues.has('conditions') ? { conditions: t('console:cell.error.conditions') } : {}),
    ...(from === 'wrong' ? { from: t('console:cell.error.day') } : {}),
    ...(until === 'wrong' ? { until: t('console:cell.error.day') } : {}),
    ...(issues.has('until') ? { until: t('console:cell.error.until') } : {}),
    ...(issues.has('reason') ? { reason: t('console:cell.error.reason') } : {}),
    ...(typeof reviewAt === 'number' ? {} : { review: t('console:cell.error.review') }),
  }
  return { edit, errors }
}

/** Midnight UTC of a day; undefined where nothing was written. */
function dayIn(text: string): Instant | 'wrong' | undefined {
  return text === '' ? undefined : (parseInstant(text) ?? 'wrong')
}

function reachIn(kind: string, months: string): CellEdit['reach'] | 'wrong' {
  if (kind === 'months')
    return /^\d{1,4}$/.test(months) && Number(months) <= 1200 ? { kind, months: Number(months) } : 'wrong'
  const milestone = CELL_MILESTONES.find((name) => name === kind)
  return milestone === undefined ? undefined : { kind: 'since', milestone }
}

/** The fields, with what the edit says in them. */
export function cellFields(visit: SignedInVisit, desk: CellDesk, { edit, errors }: CellForm): Html {
  const { t } = visit
  return html`${radios(t, {
    name: 'level',
    legend: { text: t('console:cell.level'), size: 'm' },
    value: edit.level,
    items: LEVELS.map((level) => ({
      value: level,
      text: levelWord(t, level),
      hint: levelHint(visit, level, edit.section),
    })),
  })}
  ${reachFields(visit, { edit, errors })}
  ${radios(t, {
    name: 'omission',
    legend: { text: t('console:cell.omission'), size: 's' },
    hint: t('console:cell.omissionHint'),
    value: edit.omission,
    isSmall: true,
    items: [
      { value: 'silent', text: t('console:cell.silent') },
      { value: 'declared', text: t('console:cell.declared') },
    ],
  })}
  ${checkboxes(t, {
    name: 'conditions',
    legend: { text: t('console:cell.conditions'), size: 's' },
    hint: t('console:cell.conditionsHint'),
    error: errors['conditions'],
    isSmall: true,
    values: edit.conditions,
    items: CELL_CONDITIONS.map((name) => ({
      value: name,
      text: conditionText(name, visit.language === 'fr' ? 'fr' : 'en'),
    })),
  })}
  ${rungFields(visit, edit)} ${lawFields(visit, desk, edit)} ${timeFields(visit, { edit, errors })}
  ${textarea(t, {
    name: 'reason',
    label: t('console:cell.reason'),
    labelSize: 's',
    hint: t('console:cell.reasonHint'),
    rows: 3,
    value: edit.reason,
    error: errors['reason'],
  })}`
}

function reachFields({ t }: SignedInVisit, { edit, errors }: CellForm): Html {
  const { reach } = edit
  const value = reach === undefined ? '' : reach.kind === 'months' ? 'months' : reach.milestone
  return fieldset(
    { legend: { text: t('console:cell.reach'), size: 's' } },
    select(t, {
      name: 'reach',
      label: t('console:cell.reachLabel'),
      hint: t('console:cell.reachHint'),
      value,
      items: [
        { value: '', text: t('console:cell.reachAll') },
        { value: 'months', text: t('console:cell.reachMonths') },
        ...CELL_MILESTONES.map((name) => ({ value: name, text: t(`console:reach.${name}`) })),
      ],
    }),
    input(t, {
      name: 'months',
      label: t('console:cell.months'),
      width: 3,
      inputMode: 'numeric',
      value: reach?.kind === 'months' ? String(reach.months) : '',
      error: errors['months'],
    }),
  )
}

/** As the page calls it, else as the policy does. */
export const basisName = ({ language }: SignedInVisit, { bases }: PolicySet, id: string): string =>
  basisTitle(language, id) ?? bases.find((basis) => basis.id === id)?.title ?? id

function lawFields({ t, language }: SignedInVisit, { set }: CellDesk, edit: CellEdit): Html {
  return html`${details(
    edit.purposes.length === 0
      ? t('console:cell.purposesNone')
      : t('console:cell.purposes', { count: edit.purposes.length }),
    checkboxes(t, {
      name: 'purposes',
      legend: { text: t('console:cell.purposesLegend'), size: 's' },
      isSmall: true,
      values: edit.purposes,
      items: set.vocabulary.purposes.map((id) => ({ value: id, text: purposeName(language, id) })),
    }),
  )}
  ${details(
    edit.bases.length === 0 ? t('console:cell.basesNone') : t('console:cell.bases', { count: edit.bases.length }),
    checkboxes(t, {
      name: 'bases',
      legend: { text: t('console:cell.basesLegend'), size: 's' },
      hint: t('console:cell.basesHint'),
      isSmall: true,
      values: edit.bases,
      items: set.bases.map(({ id, title, until }) => ({
        value: id,
        text: basisTitle(language, id) ?? title,
        ...(until === undefined ? {} : { hint: t('console:cell.basisUntil', { day: printDay(until) }) }),
      })),
    }),
  )}`
}

function timeFields({ t }: SignedInVisit, { edit, errors }: CellForm): Html {
  const day = (instant: Instant | undefined): string => (instant === undefined ? '' : printDay(instant))
  return fieldset(
    { legend: { text: t('console:cell.time'), size: 's' } },
    input(t, {
      name: 'from',
      label: t('console:cell.from'),
      type: 'date',
      width: 10,
      value: day(edit.from),
      error: errors['from'],
    }),
    input(t, {
      name: 'until',
      label: t('console:cell.until'),
      type: 'date',
      width: 10,
      value: day(edit.until),
      error: errors['until'],
    }),
    input(t, {
      name: 'review',
      label: t('console:cell.review'),
      type: 'date',
      width: 10,
      value: day(edit.reviewAt),
      error: errors['review'],
    }),
  )
}
