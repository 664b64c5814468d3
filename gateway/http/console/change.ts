/** One change of policy: what it says, who signed it, what stands against it, and what may be done to it now. */
import { hashToSubmit } from '#gateway/rooms/change-approval.ts'
import { changeHash, lapsesAt } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { stateAfter } from '#gateway/core/policy-change-states.ts'
import { typeName } from '#gateway/core/cell-names.ts'
import { changeDesk } from '#gateway/rooms/read-changes.ts'
import type { ChangeDesk } from '#gateway/rooms/read-changes.ts'
import { PASSKEY_SCRIPT } from '#gateway/http/sign-in/passkey-form.ts'
import { proofForm } from '#gateway/http/sign-in/proof.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  details,
  errorSummary,
  form,
  input,
  insetText,
  link,
  linkButton,
  summaryList,
  timeWords,
  warningText,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { NOT_FOUND } from './change-answer.ts'
import { changedExamples } from './change-examples.ts'
import { cellName, looks, startWords, stateTag } from './change-parts.ts'
import { examples, observed, signatures, whatChanges, wholeVersion } from './change-said.ts'
import { cellPath } from './matrix.ts'
import { changeWarnings } from './warnings.ts'

export const changePage = (visit: SignedInVisit): Promise<WebAnswer> => shownChange(visit, {}, 200)

/** The page, with what stood against an act. */
export async function shownChange(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { t, deps, params, visitor } = visit
  const desk = await changeDesk(deps, params['id'] ?? '')
  if (desk === undefined) return NOT_FOUND
  const isOfficer = visitor.account.role === 'officer'
  const body = html`${errorSummary(t, errors)} ${news(visit, desk)} ${await facts(visit, desk)}
  ${wholeVersion(visit, desk)} ${whatChanges(visit, desk)} ${await changeWarnings(visit, desk.change.id)}
  ${changedExamples(visit, desk)} ${examples(visit, desk)} ${observed(visit, desk)} ${signatures(visit, desk)}
  ${isOfficer && (await acts(visit, desk))}`
  return page(
    {
      title: isolated(desk.change.title),
      body,
      area: 'changes',
      back: { href: '/changes', text: t('changes:change.back') },
      scripts: [PASSKEY_SCRIPT],
    },
    { status },
  )
}

/** What its reader must not overlook. */
function news(visit: SignedInVisit, { change, names }: ChangeDesk): readonly Html[] {
  const { t } = visit
  const { comment, fault, withheldFrom } = change
  const told = (fault?.told ?? []).map((id) => isolated(names(id))).join(', ')
  return [
    ...(fault === undefined
      ? []
      : [
          warningText(t, [
            t('changes:change.fault', { when: timeWords(visit, fault.at) }),
            ' ',
            t(`changes:refused.${faultCode(fault.code)}`),
          ]),
          insetText(told === '' ? t('changes:change.toldNobody') : t('changes:change.told', { names: told })),
        ]),
    ...(comment === undefined || change.state !== 'sent-back'
      ? []
      : [
          insetText(
            html`<strong
                >${t('changes:change.comment', { name: isolated(names(comment.by)), when: timeWords(visit, comment.at) })}</strong
              >
              <p class="govuk-body" dir="auto">${comment.text}</p>`,
          ),
        ]),
    ...(withheldFrom === undefined ? [] : [warningText(t, withheldWords(visit, withheldFrom))]),
  ]
}

const FAULTS = [
  'set-faulty',
  'engines-disagree',
  'examples-failing',
  'not-judged',
  'unsigned',
  'version-unknown',
] as const
const faultCode = (code: string): (typeof FAULTS)[number] => FAULTS.find((known) => known === code) ?? 'version-unknown'

const withheldWords = (
  { t, language }: SignedInVisit,
  { organisation, recipientType = '' }: NonNullable<PolicyChange['withheldFrom']>,
): string =>
  organisation === undefined
    ? t('changes:change.withheldType', { name: typeName(language, recipientType) })
    : t('changes:change.withheldOrganisation', { name: organisation })

async function facts(visit: SignedInVisit, { change, names, effect }: ChangeDesk): Promise<Html> {
  const { t } = visit
  const lapse = lapsesAt(change)
  return summaryList([
    {
      key: t('changes:change.state'),
      value: html`${stateTag(visit, change)}
      ${lapse !== undefined && t('changes:change.lapses', { when: timeWords(visit, lapse) })}`,
    },
    { key: t('changes:change.by'), value: change.authors.map((id) => isolated(names(id))).join(', ') },
    ...(change.kind === 'adoption' ? [] : startAndEffect(visit, { change, effect })),
    { key: t('changes:change.makes'), value: change.version },
    {
      key: t('changes:change.hash'),
      value: html`<code class="small"
        >${isOpen(change) ? await hashToSubmit(visit.deps, change) : changeHash(change)}</code
      >`,
    },
  ])
}

const isOpen = ({ state }: PolicyChange): boolean => state === 'draft' || state === 'sent-back'

function startAndEffect(
  visit: SignedInVisit,
  { change, effect }: Pick<ChangeDesk, 'change' | 'effect'>,
): Parameters<typeof summaryList>[0] {
  const { t } = visit
  const counts = effect?.effect.counts
  return [
    {
      key: t('changes:change.start'),
      value: startWords(visit, change.start),
      ...(isOpen(change) && visit.visitor.account.role === 'officer'
        ? { actions: [{ text: t('changes:change.startLink'), href: `/changes/${change.id}/start`, hidden: '' }] }
        : {}),
    },
    {
      key: t('changes:change.effect'),
      value: html`${counts === undefined ? t('changes:effect.none') : t('changes:approval.effectSum', counts)}
      ${looks(visit, { change, effect })}`,
      actions: [{ text: t('changes:change.effectLink'), href: `/changes/${change.id}/effect`, hidden: '' }],
    },
  ]
}

/** What this officer may do to it as it stands. */
async function acts(visit: SignedInVisit, desk: ChangeDesk): Promise<Html> {
  const { t, visitor } = visit
  const { change } = desk
  const { id, revision, state } = change
  const isAuthor = change.authors.includes(visitor.account.id)
  const may = (act: Parameters<typeof stateAfter>[1]): boolean => stateAfter(state, act) !== undefined
  return html`${may('submit') && isAuthor && (await submitForm(visit, desk))}
    ${state === 'submitted' && !isAuthor && linkButton({ text: t('changes:change.approveLink'), href: `/changes/${id}/approve` })}
    ${change.kind === 'emergency' && !isAuthor && change.reviewedAt === undefined && linkButton({ text: t('changes:change.review'), href: `/changes/${id}/approve` })}
    ${isStartable(change) && html`<p class="govuk-body">${link(t('changes:change.startNowLink'), `/changes/${id}/start`)}</p>`}
    ${may('rebase') && form({ action: `/changes/${id}/rebase`, hidden: { revision } }, button({ text: t('changes:change.rebase') }))}
    ${
      may('edit') &&
      change.kind !== 'adoption' &&
      details(
        t('changes:change.rename'),
        form(
          { action: `/changes/${id}/title`, hidden: { revision } },
          input(t, { name: 'title', label: t('changes:change.titleLabel'), value: change.title }),
          button({ text: t('changes:change.rename'), look: 'secondary' }),
        ),
      )
    }
    ${may('withdraw') && isAuthor && form({ action: `/changes/${id}/withdraw`, hidden: { revision } }, button({ text: t('changes:change.withdraw'), look: 'warning' }))}
    <p class="govuk-body">${link(t('changes:change.seeAs'), `/see-as?version=${id}`)}</p>`
}

/** Started, or to be undone; what is adopted is in force as soon as two have signed. */
const isStartable = ({ state, kind }: PolicyChange): boolean =>
  state === 'approved' || (state === 'in-force' && kind !== 'emergency' && kind !== 'adoption')

async function submitForm(visit: SignedInVisit, { change, fault }: ChangeDesk): Promise<Html> {
  const { t } = visit
  const heading = html`<h2 class="govuk-heading-m">${t('changes:change.submit')}</h2>`
  if (fault !== undefined)
    return html`${heading}
      <div class="notice">
        <p class="govuk-body"><strong>${t('changes:change.blocked')}</strong> ${t(`changes:refused.${fault.code}`)}</p>
        ${blockedCell(visit, change.id, fault)}
        ${fault.code === 'effect-unread' && html`<p class="govuk-body">${link(t('changes:change.effectLink'), `/changes/${change.id}/effect`)}</p>`}
        ${(fault.failing ?? []).map(({ name }) => html`<p class="govuk-body small">${name}</p>`)}
        ${(fault.faults ?? []).map(({ at, detail }) => html`<p class="govuk-body small"><code>${at}</code> ${detail}</p>`)}
      </div>`
  return html`${heading}
    <p class="govuk-body">${t('changes:change.submitIntro')}</p>
    ${await proofForm(visit, {
      challengeHash: await hashToSubmit(visit.deps, change),
      action: `/changes/${change.id}/submit`,
      hidden: { revision: String(change.revision) },
      label: t('changes:change.submit'),
    })}`
}

/** The cell that has to be written again, with what stands against it as it is. */
const blockedCell = (
  visit: SignedInVisit,
  id: string,
  { edit, blocks = [] }: NonNullable<ChangeDesk['fault']>,
): Html | undefined =>
  edit === undefined
    ? undefined
    : html`<p class="govuk-body">${link(cellName(visit, edit), cellPath(edit, id))}</p>
        <ul class="govuk-list govuk-list--bullet">
          ${blocks.map(({ code, about }) => html`<li>${visit.t(`console:block.${code}`)} ${about.length > 0 && html`<span class="small">(${about.join(', ')})</span>`}</li>`)}
        </ul>`
