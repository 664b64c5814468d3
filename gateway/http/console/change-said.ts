/** What a change says: its cells as sentences, its examples, what was observed of it, and who signed it. */
import { observedUntil } from '#gateway/core/policy-change.ts'
import { stateAfter } from '#gateway/core/policy-change-states.ts'
import { isFailing } from '#gateway/rooms/change-draft.ts'
import type { ChangeDesk } from '#gateway/rooms/read-changes.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, dateTime, form, insetText, link, table, timeWords } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { cellCounts, cellName, directionTag, wasAndBecomes } from './change-parts.ts'
import { levelWord } from './names.ts'

/** Cells as their authors said them; where nobody did, as the versions differ. */
export function whatChanges(visit: SignedInVisit, { change, cells }: ChangeDesk): Html {
  const { t } = visit
  const isWritten = stateAfter(change.state, 'edit') !== undefined && visit.visitor.account.role === 'officer'
  const heading = html`<h2 class="govuk-heading-m">${t('changes:change.cells')}</h2>`
  if (change.edits.length > 0)
    return html`${heading}
    ${change.edits.map(
      (edit) =>
        html`<section class="change-edit">
          <h3 class="govuk-heading-s">
            ${cellName(visit, edit)}
            ${cells.filter((cell) => isSame(cell, edit)).map((cell) => directionTag(visit, cell.direction))}
          </h3>
          ${wasAndBecomes(visit, edit)}
          <p class="govuk-body">
            <strong>${t('changes:change.reason')}</strong> <span dir="auto">${edit.reason}</span>
          </p>
          ${
            edit.cell !== undefined &&
            html`<p class="govuk-body">
              <strong>${t('console:cell.reviewOn')}</strong> ${dateTime(visit, edit.cell.reviewAt, 'day')}
            </p>`
          }
          ${
            isWritten &&
            html`<p class="govuk-body">
                ${link(t('changes:change.edit'), `/policy/cells/${encodeURIComponent(edit.recipientType)}/${encodeURIComponent(edit.section)}?change=${change.id}`, { hidden: cellName(visit, edit) })}
              </p>
              ${form(
                {
                  action: `/changes/${change.id}/drop`,
                  hidden: { revision: change.revision, recipient: edit.recipientType, section: edit.section },
                },
                button({ text: t('changes:change.drop'), look: 'secondary' }),
              )}`
          }
        </section>`,
    )}`
  if (change.kind === 'adoption')
    return html`${heading}
      <p class="govuk-body">${t('changes:adoption.asItStands', { version: change.version })}</p>
      <p class="govuk-body">
        ${link(t('changes:adoption.matrix'), `/policy?version=${change.base}`)}<br />
        <code class="small">${change.base}</code>
      </p>`
  if (cells.length === 0)
    return html`${heading}
      <p class="govuk-body">${t('changes:change.cellsNone')}</p>`
  return html`${heading}
  ${cells.map(
    (cell) =>
      html`<section class="change-edit">
        <h3 class="govuk-heading-s">${cellName(visit, cell)} ${directionTag(visit, cell.direction)}</h3>
        ${wasAndBecomes(visit, cell)}
      </section>`,
  )}`
}

const isSame = (
  one: { readonly recipientType: string; readonly section: string },
  other: { readonly recipientType: string; readonly section: string },
): boolean => one.recipientType === other.recipientType && one.section === other.section

/** Whoever signs cells of a version that nobody adopted signs the rest of it too. */
export const wholeVersion = ({ t }: SignedInVisit, { change, isBaseAdopted }: ChangeDesk): Html | undefined =>
  isBaseAdopted || change.kind !== 'edits' || change.startedAt !== undefined
    ? undefined
    : insetText(t('changes:adoption.wholeVersion'))

/** Whether all come out as expected, and those that fail. */
export function examples(visit: SignedInVisit, { outcomes }: ChangeDesk): Html {
  const { t } = visit
  const failing = outcomes.filter(isFailing)
  const sum =
    outcomes.length === 0
      ? t('changes:change.examplesNone')
      : failing.length === 0
        ? t('changes:change.examplesPass', { count: outcomes.length })
        : undefined
  return html`<h2 class="govuk-heading-m">${t('changes:change.examples')}</h2>
    ${sum !== undefined && html`<p class="govuk-body">${sum}</p>`}
    ${
      failing.length > 0 &&
      table({
        caption: t('changes:change.examplesFail'),
        head: [t('changes:change.example'), t('changes:change.expected'), t('changes:change.got')],
        rows: failing.map(({ name, expected, ceiling }) => [
          name,
          levelWord(t, expected.level),
          levelWord(t, ceiling.level),
        ]),
      })
    }`
}

/** What deliveries were seen to come to under it. */
export function observed(visit: SignedInVisit, { change, observed: cells }: ChangeDesk): Html | undefined {
  const { t } = visit
  const { start, approvedAt } = change
  if (start.kind !== 'observe' || approvedAt === undefined) return undefined
  return html`<h2 class="govuk-heading-m">${t('changes:change.observed')}</h2>
    ${
      change.state === 'observing' &&
      html`<p class="govuk-body">
        ${t('changes:change.observedUntil', { when: timeWords(visit, observedUntil(approvedAt, start)) })}
      </p>`
    }
    ${
      cells.length === 0
        ? html`<p class="govuk-body">${t('changes:change.observedNone')}</p>`
        : cellCounts(visit, cells, t('changes:effect.cells'))
    }`
}

const SIGNED = { submit: 'signedSubmit', approve: 'signedApprove', review: 'signedReview' } as const

const STANDS = { earlier: 'signedEarlierState', unknown: 'signedUnknown' } as const

/** Who signed it, oldest first; and of each that counts for nothing, why. */
export const signatures = (visit: SignedInVisit, { signatures: signed }: ChangeDesk): Html =>
  html`<h2 class="govuk-heading-m">${visit.t('changes:change.signatures')}</h2>
    ${
      signed.length === 0
        ? html`<p class="govuk-body">${visit.t('changes:change.signedNone')}</p>`
        : html`<ul class="govuk-list govuk-list--bullet">
            ${signed.map(
              ({ as, name, at, standing }) =>
                html`<li>
                  ${visit.t(`changes:change.${SIGNED[as]}`, { name: isolated(name), when: timeWords(visit, at) })}
                  ${standing !== 'counts' && html`<strong>${visit.t(`changes:change.${STANDS[standing]}`)}</strong>`}
                </li>`,
            )}
          </ul>`
    }`
