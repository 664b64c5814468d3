/** P4, one cell: its fields, the sentence that says it back, what a person would see of it, what stands against it, and the saving into a draft. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import { cellDesk, saveEdit, weighEdit } from '#gateway/rooms/edit-cell.ts'
import type { CellDesk, Saved } from '#gateway/rooms/edit-cell.ts'
import { editOf } from '#policies/engine/cell-change.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, buttonGroup, dateTime, errorSummary, form, insetText, link, tag } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { cellAside, engineerDetails } from './cell-aside.ts'
import { basisName, cellFields, readCellForm } from './cell-form.ts'
import type { CellForm } from './cell-form.ts'
import { cellSentence } from './cell-sentence.ts'
import { cellPath } from './matrix.ts'

/** A form may name its draft; else it is the officer's own. */
const deskFor = (visit: SignedInVisit, sent: URLSearchParams): Promise<CellDesk | undefined> => {
  const { recipientType = '', section = '' } = visit.params
  const wanted = sent.get('change') ?? ''
  return cellDesk(visit.deps, {
    officer: visit.visitor.account,
    recipientType,
    section,
    draft: wanted === '' ? undefined : wanted,
  })
}

const NOT_FOUND: WebAnswer = { kind: 'problem', problem: { code: 'not-found' } }

/** With a level in its address it shows what was typed: the preview, also for whoever has no scripts. */
export async function cellPage(visit: SignedInVisit): Promise<WebAnswer> {
  const desk = await deskFor(visit, visit.query)
  if (desk === undefined) return NOT_FOUND
  const typed = visit.query.has('level') ? readCellForm(visit, desk, visit.query).edit : desk.begin
  return rendered(visit, desk, { form: { edit: typed, errors: {} } })
}

/** Saves, or shows the preview where that button was pressed. */
export async function cellPost(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, visitor, form: sent, t, language } = visit
  const desk = await deskFor(visit, sent)
  if (desk === undefined) return NOT_FOUND
  const read = readCellForm(visit, desk, sent)
  if (sent.get('act') === 'preview') return rendered(visit, desk, { form: { ...read, errors: {} } })
  if (Object.keys(read.errors).length > 0) return rendered(visit, desk, { form: read, status: 422 })
  const { recipientType, section } = read.edit
  const saved = await saveEdit(deps, {
    officer: visitor.account,
    edit: read.edit,
    read: revisionIn(sent),
    into: sent.get('act') === 'new' ? 'new' : undefined,
    title: t('console:cell.draftTitle', {
      section: sectionName(language, section),
      recipient: typeName(language, recipientType),
    }),
  })
  if (saved.kind === 'done') return redirect(`/changes/${saved.change.id}`)
  // What the other officer wrote is read anew, and shown beside what was typed here.
  const again = saved.kind === 'stale' ? ((await deskFor(visit, sent)) ?? desk) : desk
  return rendered(visit, again, { form: read, saved, status: saved.kind === 'stale' ? 409 : 422 })
}

function revisionIn(sent: URLSearchParams): { readonly id: string; readonly revision: number } | undefined {
  const id = sent.get('change') ?? ''
  const revision = Number(sent.get('revision') ?? '')
  return id === '' || !Number.isSafeInteger(revision) ? undefined : { id, revision }
}

interface Rendering {
  readonly form: CellForm
  readonly saved?: Exclude<Saved, { kind: 'done' }>
  readonly status?: number
}

async function rendered(
  visit: SignedInVisit,
  desk: CellDesk,
  { form: read, saved, status = 200 }: Rendering,
): Promise<WebAnswer> {
  const { t, language, visitor, deps } = visit
  const { edit } = read
  const weighed = await weighEdit(deps, desk, edit)
  const title = t('console:cell.title', {
    section: sectionName(language, edit.section),
    recipient: typeName(language, edit.recipientType),
  })
  const isWriter = visitor.account.role === 'officer'
  const aside = await cellAside(visit, { desk, edit, weighed })
  const body = html`${errorSummary(t, { ...read.errors, ...refusal(visit, saved) })} ${stateLine(visit, desk)}
    ${saved?.kind === 'stale' && bothVersions(visit, desk, edit)} ${elsewhere(visit, desk)}
    <div class="beside">
      <div>${isWriter ? editor(visit, desk, read) : readOnly(visit, desk)}</div>
      <aside class="aside" id="preview" aria-live="polite">${aside}</aside>
    </div>
    ${engineerDetails(visit, weighed)}`
  return page(
    {
      title,
      body,
      isWide: true,
      area: 'policy',
      back: { href: '/policy', text: t('console:map.back') },
    },
    { status },
  )
}

const refusal = ({ t }: SignedInVisit, saved: Rendering['saved']): FieldErrors => {
  if (saved === undefined) return {}
  if (saved.kind === 'blocked') return { level: t('console:cell.blocked') }
  return { level: saved.kind === 'stale' ? t('console:cell.stale') : t('console:cell.refused') }
}

/** What the cell is now, in one sentence, and whether the draft already says something else. */
function stateLine(visit: SignedInVisit, { inForce, now, draft, drafts, said, others, review }: CellDesk): Html {
  const { t } = visit
  const state =
    draft === undefined ? t('console:cell.noDraft') : t('console:cell.inDraft', { title: isolated(draft.title) })
  return html`<p class="govuk-body">
      ${tag(said === undefined ? t('console:cell.asInForce') : t('console:mark.draft'), said === undefined ? 'grey' : 'yellow')}
      ${state}
      ${drafts.filter(({ id }) => id !== draft?.id).map(({ id, title }) => html`${link(t('console:cell.otherDraft', { title: isolated(title) }), cellPath(now, id))} `)}
    </p>
    <p class="govuk-body">
      ${t('console:cell.now')}
      ${cellSentence(visit, inForce.set, editOf(now, { reason: '', reviewAt: 0, at: inForce.at }))}
    </p>
    ${
      review !== undefined &&
      html`<p class="govuk-body">
        ${t('console:cell.reviewOn')} ${dateTime(visit, review, 'day')}
        ${review < inForce.at && tag(t('console:cell.reviewPassed'), 'red')}
      </p>`
    }
    ${now.state === 'no-rule' && insetText(t('console:cell.noRule'))}
    ${now.mandatory.map((statute) =>
      insetText(
        t('console:cell.mandatory', {
          law: basisName(visit, inForce.set, statute.basis),
        }),
      ),
    )}
    ${others.permits.length > 0 && html`<p class="govuk-body small">${t('console:cell.rules', { rules: others.permits.map(({ id }) => id).join(', ') })}</p>`}`
}

/** Somebody else wrote the same draft meanwhile: both versions, to choose by saving once more. */
const bothVersions = (visit: SignedInVisit, { set, said }: CellDesk, edit: CellEdit): Html => {
  const { t, language } = visit
  return html`<div class="notice">
    <h2 class="govuk-heading-m">${t('console:cell.bothTitle')}</h2>
    <p class="govuk-body">
      <strong>${t('console:cell.theirs')}</strong>
      ${said === undefined ? t('console:cell.theirsNone') : pick(language, said.is)}
    </p>
    <p class="govuk-body"><strong>${t('console:cell.yours')}</strong> ${cellSentence(visit, set, edit)}</p>
    <p class="govuk-body">${t('console:cell.chooseBoth')}</p>
  </div>`
}

/** Other changes on their way that speak of the same cell. */
const elsewhere = ({ t, language }: SignedInVisit, desk: CellDesk): readonly Html[] =>
  desk.elsewhere.map(
    ({ change, edit }) =>
      html`<div class="notice">
        <p class="govuk-body">
          ${t('console:cell.elsewhere')} ${link(isolated(change.title), `/changes/${change.id}`)}
        </p>
        <p class="govuk-body">${pick(language, edit.is)}</p>
      </div>`,
  )

const editor = (visit: SignedInVisit, desk: CellDesk, read: CellForm): Html => {
  const { t } = visit
  const { draft } = desk
  return form(
    {
      action: cellPath(read.edit),
      hidden: { change: draft?.id, revision: draft?.revision },
      preview: 'preview',
      id: 'cell',
    },
    cellFields(visit, desk, read),
    buttonGroup(
      button({ text: t('console:cell.save'), isOnce: true }),
      draft !== undefined && button({ text: t('console:cell.saveNew'), look: 'secondary', name: 'act', value: 'new' }),
      button({ text: t('console:cell.preview'), look: 'secondary', name: 'act', value: 'preview' }),
    ),
  )
}

const readOnly = (visit: SignedInVisit, { set, begin }: CellDesk): Html =>
  html`<p class="sentence">${cellSentence(visit, set, begin)}</p>`
