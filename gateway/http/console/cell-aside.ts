/** Beside the form of a cell: the sentence, what stands against it, and what a person would see of the section, now and then. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import { seeAs } from '#gateway/rooms/see-as.ts'
import type { Seen } from '#gateway/rooms/see-as.ts'
import type { CellDesk, Weighed } from '#gateway/rooms/edit-cell.ts'
import type { Block } from '#policies/engine/cell-blocks.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { casbinRows } from '#policies/engine/enforcer.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { printRule } from '#policies/language/print.ts'
import type { InventedCase } from '#gateway/core/invented-case.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { details, link } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { cellSentence } from './cell-sentence.ts'
import { seenCase } from './seen-case.ts'
import { aboutCells } from './warnings.ts'

interface Aside {
  readonly desk: CellDesk
  readonly edit: CellEdit
  readonly weighed: Weighed
}

export async function cellAside(visit: SignedInVisit, { desk, edit, weighed }: Aside): Promise<Html> {
  const { t, language } = visit
  const chosen = (await visit.deps.changing.inventedCases(edit.at)).find(({ items }) =>
    items.some(({ section }) => section === edit.section),
  )
  return html`<h2 class="govuk-heading-m">${t('console:cell.saidBack')}</h2>
    <p class="sentence">${cellSentence(visit, weighed.after, edit)}</p>
    ${blockList(visit, weighed.blocks)} ${brokenList(visit, weighed.breaks)}
    ${
      weighed.warnings.length > 0 &&
      html`<h3 class="govuk-heading-s">${t('console:cell.warnings')}</h3>
        <ul class="govuk-list govuk-list--bullet">
          ${weighed.warnings.map(
            (warning) =>
              html`<li>${t(`console:warning.${warning.code}`)} ${aboutCells(visit, warning, desk.draft?.id)}</li>`,
          )}
        </ul>`
    }
    <h2 class="govuk-heading-m">
      ${t('console:cell.previewTitle', {
        section: sectionName(language, edit.section),
        recipient: typeName(language, edit.recipientType),
      })}
    </h2>
    ${chosen === undefined ? html`<p class="govuk-body">${t('console:cell.noCase')}</p>` : await beforeAndAfter(visit, { desk, edit, weighed }, chosen)}`
}

const blockList = (visit: SignedInVisit, blocks: readonly Block[]): Html | false =>
  blocks.length > 0 &&
  html`<h3 class="govuk-heading-s">${visit.t('console:cell.blocks')}</h3>
    <ul class="govuk-list govuk-list--bullet">
      ${blocks.map(
        ({ code, about }) =>
          html`<li>
            ${visit.t(`console:block.${code}`)}
            ${about.length > 0 && html`<span class="small">(${about.join(', ')})</span>`}
          </li>`,
      )}
    </ul>`

const brokenList = ({ t }: SignedInVisit, names: readonly string[]): Html | false =>
  names.length > 0 &&
  html`<h3 class="govuk-heading-s">${t('console:cell.breaks')}</h3>
    <ul class="govuk-list govuk-list--bullet">
      ${names.map((name) => html`<li>${name}</li>`)}
    </ul>`

async function beforeAndAfter(
  visit: SignedInVisit,
  { desk, edit, weighed }: Aside,
  chosen: InventedCase,
): Promise<Html> {
  const { t } = visit
  const isSame = JSON.stringify(desk.inForce.set.rules) === JSON.stringify(weighed.after.rules)
  const now = await seenIn(desk.inForce.set, edit, chosen)
  const then = isSame ? now : await seenIn(weighed.after, edit, chosen)
  return html`<p class="govuk-body small">
      ${link(t('console:cell.previewCase', { case: chosen.id }), `/see-as?case=${chosen.id}&recipient=${encodeURIComponent(edit.recipientType)}&more=withheld`)}
    </p>
    ${
      !isSame &&
      html`<h3 class="govuk-heading-s">${t('console:cell.then')}</h3>
        ${seenCase(visit, { seen: then, isWithheldShown: true })}`
    }
    <h3 class="govuk-heading-s">${t('console:cell.inForceNow')}</h3>
    ${seenCase(visit, { seen: now, isWithheldShown: true })}`
}

/** The section alone, as somebody sees it who chose to see all and, where that is asked for, had asked for it. */
const seenIn = (set: PolicySet, edit: CellEdit, chosen: InventedCase): Promise<Seen> =>
  seeAs({
    set,
    digest: 'preview',
    of: {
      items: chosen.items.filter(({ section }) => section === edit.section),
      facts: chosen.facts,
      rest: { caseId: chosen.id },
    },
    recipientType: edit.recipientType,
    depth: 'D4',
    at: edit.at,
    purpose: edit.purposes[0],
    requested: edit.conditions.includes('on-request') ? [edit.section] : [],
  })

/** The rules of the cell as the engines have them: to read, not to write. */
export function engineerDetails({ t }: SignedInVisit, { after, rules }: Weighed): Html {
  const rows = casbinRows(after).filter(({ rule }) => rules.some(({ id }) => id === rule))
  return details(
    t('console:cell.engineers'),
    rules.length === 0
      ? html`<p class="govuk-body">${t('console:cell.noRules')}</p>`
      : html`<h3 class="govuk-heading-s">${t('console:cell.json')}</h3>
          <pre class="code" tabindex="0"><code dir="ltr">${rules.map((rule) => `${printRule(rule)}\n`)}</code></pre>
          <h3 class="govuk-heading-s">${t('console:cell.casbin')}</h3>
          <pre
            class="code"
            tabindex="0"
          ><code dir="ltr">${rows.map(({ row, rule }) => `p, ${row.join(', ')}  # ${rule}\n`)}</code></pre>`,
  )
}
