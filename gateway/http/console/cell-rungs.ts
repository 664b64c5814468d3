/** The steps of the form of a cell: for each kind of value how precise it may be, with what an invented value looks like at each. */
import { kindName } from '#gateway/core/cell-names.ts'
import { exampleAt, examplesOfLevel } from '#gateway/core/vocabulary/rung-examples.ts'
import { kindsOf } from '#gateway/rooms/cell-warnings.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { RUNGS } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { details, select } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'

/** A kind that is as precise as the level allows has no rung. */
export const rungsIn = (sent: URLSearchParams, { section, rungs }: CellEdit): CellEdit['rungs'] =>
  Object.fromEntries(
    kindsIn(section, rungs).flatMap((kind) => {
      const rung = RUNGS.find((one) => one === sent.get(`rung-${kind}`))
      return rung === undefined || rung === 'g0' ? [] : [[kind, rung]]
    }),
  )

/** Kinds that the section holds, and those that a rule already speaks of. */
const kindsIn = (section: string, rungs: CellEdit['rungs']): readonly string[] => [
  ...new Set([...kindsOf(section), ...Object.keys(rungs)]),
]

/** The step with how an invented value reads there: to choose between words, not numbers. */
function rungWords({ t, language }: SignedInVisit, kind: string, rung: Rung): string {
  const reads = exampleAt(kind, rung)
  const example = reads === undefined ? t('console:cell.rungExists') : pick(language, reads)
  return t('console:cell.rungExample', { step: t(`console:cell.rung.${rung}`), example })
}

/** What a level leaves of invented values of the kinds that the section holds. */
export function levelHint({ t, language }: SignedInVisit, level: Level, section: string): string {
  const hint = t(`console:cell.levelHint.${level}`)
  const examples = examplesOfLevel(level, section).map((reads) => pick(language, reads))
  return examples.length === 0 ? hint : `${hint} ${t('console:cell.levelExample', { examples: examples.join(' · ') })}`
}

/** A select for each kind, with an example beside each step. */
export function rungFields(visit: SignedInVisit, edit: CellEdit): Html {
  const { t, language } = visit
  const kinds = kindsIn(edit.section, edit.rungs)
  const fields = kinds.map((kind) =>
    select(t, {
      name: `rung-${kind}`,
      label: kindName(language, kind),
      value: edit.rungs[kind] ?? 'g0',
      items: RUNGS.map((rung) => ({ value: rung, text: rungWords(visit, kind, rung) })),
    }),
  )
  return details(
    t('console:cell.rungs'),
    html`<p class="govuk-body">${t('console:cell.rungsHint')}</p>
      ${fields}`,
    {
      isOpen: Object.keys(edit.rungs).length > 0,
    },
  )
}
