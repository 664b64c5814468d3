/** P8, second approval: another officer reads what was and becomes, its effect, its examples and reasons, and signs exactly that, or sends it back. */
import { changeHash, lapsesAt } from '#gateway/core/policy-change.ts'
import { PASSKEY_SCRIPT } from '#gateway/http/sign-in/passkey-form.ts'
import { proofForm } from '#gateway/http/sign-in/proof.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, errorSummary, form, insetText, link, textarea, timeWords, warningText } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { approveChange, sendBack } from '#gateway/rooms/change-approval.ts'
import { digestOfEffect } from '#gateway/rooms/change-look.ts'
import { reviewEmergency } from '#gateway/rooms/change-emergency.ts'
import { changeDesk } from '#gateway/rooms/read-changes.ts'
import type { ChangeDesk } from '#gateway/rooms/read-changes.ts'
import { proofOf } from './change-acts.ts'
import { answerOf, NOT_FOUND, officerOf, readOf } from './change-answer.ts'
import { changedExamples } from './change-examples.ts'
import { looks, startWords } from './change-parts.ts'
import { examples, signatures, whatChanges, wholeVersion } from './change-said.ts'
import { effectScope, numbers } from './effect.ts'
import { changeWarnings } from './warnings.ts'

export const approvalPage = (visit: SignedInVisit): Promise<WebAnswer> => shown(visit, {}, 200)

async function shown(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { t, deps, params } = visit
  const desk = await changeDesk(deps, params['id'] ?? '')
  if (desk === undefined) return NOT_FOUND
  const { change } = desk
  const body = html`${errorSummary(t, errors)}
    <p class="govuk-body">
      <strong>${t('changes:change.by')}</strong>
      ${change.authors.map((id) => isolated(desk.names(id))).join(', ')}<br />
      ${change.kind !== 'adoption' && html`<strong>${t('changes:change.start')}</strong> ${startWords(visit, change.start)}`}
    </p>
    ${wholeVersion(visit, desk)} ${whatChanges(visit, desk)} ${changedExamples(visit, desk)}
    ${await changeWarnings(visit, change.id)} ${change.kind !== 'adoption' && effect(visit, desk)}
    ${examples(visit, desk)} ${signatures(visit, desk)}
    <h2 class="govuk-heading-m">${t('changes:approval.decide')}</h2>
    ${await decision(visit, desk, errors)}`
  return page(
    {
      title: t('changes:approval.title', { title: isolated(change.title) }),
      body,
      area: 'changes',
      back: { href: `/changes/${change.id}`, text: isolated(change.title) },
      scripts: [PASSKEY_SCRIPT],
    },
    { status },
  )
}

/** What the author signed stands first; whoever ran it again since is shown both. */
function effect(visit: SignedInVisit, { change, effect: read }: ChangeDesk): Html {
  const { t } = visit
  const { effect: signed } = change
  const isDone = read !== undefined && !read.isStale && read.effect.state === 'done'
  const isOther = isDone && (signed === undefined || digestOfEffect(read.effect) !== signed.digest)
  return html`<h2 class="govuk-heading-m">${t('changes:change.effect')}</h2>
    ${
      signed !== undefined &&
      html`<p class="govuk-body">${t('changes:approval.effectSigned')}</p>
        ${effectScope(visit, signed)} ${numbers(visit, signed)}`
    }
    ${signed !== undefined && isOther && html`<p class="govuk-body">${t('changes:approval.effectAgain')}</p>`}
    ${isOther && html`${effectScope(visit, read.effect)} ${numbers(visit, read.effect)}`}
    ${signed === undefined && !isDone && warningText(t, t('changes:approval.effectMissing'))}
    ${looks(visit, { change, effect: read })}
    <p class="govuk-body">${link(t('changes:change.effectLink'), `/changes/${change.id}/effect`)}</p>`
}

async function decision(visit: SignedInVisit, { change }: ChangeDesk, errors: FieldErrors): Promise<Html> {
  const { t, visitor, form: sent } = visit
  const { id, revision, reviewDueAt } = change
  const isReview = change.kind === 'emergency' && change.reviewedAt === undefined && reviewDueAt !== undefined
  if (change.state !== 'submitted' && !isReview) return insetText(t('changes:approval.notWaiting'))
  if (change.authors.includes(visitor.account.id)) return insetText(t('changes:approval.own'))
  const proof = await proofForm(visit, {
    challengeHash: changeHash(change),
    action: `/changes/${id}/${isReview ? 'review' : 'approve'}`,
    hidden: { revision: String(revision) },
    label: isReview ? t('changes:change.review') : t('changes:approval.approve'),
  })
  const when = timeWords(visit, isReview ? reviewDueAt : (lapsesAt(change) ?? change.changedAt))
  if (isReview)
    return html`<p class="govuk-body">${t('changes:change.reviewIntro', { when })}</p>
      ${proof}`
  return html`<p class="govuk-body">${t('changes:approval.intro', { when })}</p>
    ${proof}
    ${form(
      { action: `/changes/${id}/send-back`, hidden: { revision } },
      textarea(t, {
        name: 'comment',
        label: t('changes:approval.comment'),
        value: sent.get('comment') ?? '',
        error: errors['comment'],
      }),
      button({ text: t('changes:approval.sendBack'), look: 'secondary' }),
    )}`
}

/** The proof is read over the change as it stands; the room checks it over what it writes. */
const signing =
  (act: typeof approveChange) =>
  async (visit: SignedInVisit): Promise<WebAnswer> => {
    const { deps } = visit
    const read = readOf(visit)
    const change = await deps.store.read.changes.get(read.id)
    const proof = change === undefined ? undefined : await proofOf(visit, changeHash(change))
    const outcome =
      proof === undefined
        ? ({ kind: 'refused', code: change === undefined ? 'not-found' : 'proof-refused' } as const)
        : await act(deps, read, { officer: officerOf(visit), proof })
    return answerOf(visit, outcome, {
      done: (id) => `/changes/${id}`,
      again: (errors, status) => shown(visit, errors, status),
    })
  }

export const approvePost = signing(approveChange)

export const reviewPost = (visit: SignedInVisit): Promise<WebAnswer> =>
  signing((_deps, read, signed) => reviewEmergency(visit.deps, read, signed))(visit)

export async function sendBackPost(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, form: sent } = visit
  const outcome = await sendBack(deps, readOf(visit), { officer: officerOf(visit), text: sent.get('comment') ?? '' })
  return answerOf(visit, outcome, {
    done: (id) => `/changes/${id}`,
    again: ({ main }, status) => shown(visit, { comment: main ?? '' }, status),
  })
}
