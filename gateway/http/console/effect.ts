/** P7, effect: three numbers, what would disclose more first, then every message that would differ, without content. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import type { SectionChange } from '#gateway/core/effect-counts.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  dateTime,
  details,
  errorSummary,
  form,
  insetText,
  link,
  summaryList,
  table,
  tag,
  textarea,
  timeWords,
  warningText,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import type { Difference, Effect } from '#gateway/ports/changes.ts'
import { lookAtEffect } from '#gateway/rooms/change-look.ts'
import { changeDesk, differencesOf } from '#gateway/rooms/read-changes.ts'
import type { EffectRead } from '#gateway/rooms/read-changes.ts'
import { beginEffect, REPLAY_DAYS } from '#gateway/rooms/replay-policy.ts'
import { NOT_FOUND, officerOf } from './change-answer.ts'
import { cellCounts, directionTag, numberWords } from './change-parts.ts'
import { casesOtherwise, onItsWay } from './effect-cases.ts'
import { effectFile, foundIn, linesOf } from './effect-list.ts'
import type { EffectFound } from './effect-list.ts'
import { isFile, isFiltered, listTools } from './lists.ts'
import { levelWord } from './names.ts'

const REFRESH_SECONDS = 3

export const effectPage = (visit: SignedInVisit): Promise<WebAnswer> => shown(visit, {}, 200)

async function shown(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { t, deps, params, query, visitor } = visit
  const desk = await changeDesk(deps, params['id'] ?? '')
  if (desk === undefined) return NOT_FOUND
  const { change, effect } = desk
  const isOfficer = visitor.account.role === 'officer'
  const isRunning = effect?.effect.state === 'running'
  // A page that is loaded again as the run goes on would take away what is written on it.
  const isAnew = !isRunning || query.get('again') === 'yes' || Object.keys(errors).length > 0
  // Only the whole of it, on a page that is read, is a look.
  if (isOfficer && effect !== undefined && !isFile(visit) && !isFiltered(visit))
    await lookAtEffect(deps, { effect: effect.effect, change, officer: officerOf(visit) })
  const found = effect === undefined ? undefined : foundIn(visit, await withDifferences(visit, effect.effect))
  if (found !== undefined && isFile(visit)) return effectFile(visit, found)
  const body = html`${errorSummary(t, errors)}
    <p class="govuk-body">${t('changes:effect.intro')}</p>
    ${effect === undefined || found === undefined ? html`<p class="govuk-body">${t('changes:effect.none')}</p>` : await results(visit, effect, found)}
    ${await onItsWay(visit, desk)}
    ${isOfficer && (isAnew ? runForms(visit, change.id, errors) : html`<p class="govuk-body">${link(t('changes:effect.again'), `/changes/${change.id}/effect?again=yes`)}</p>`)}`
  return page(
    {
      title: t('changes:effect.title', { title: isolated(change.title) }),
      body,
      area: 'changes',
      isWide: true,
      back: { href: `/changes/${change.id}`, text: isolated(change.title) },
      ...(isRunning && !(isOfficer && isAnew) ? { refreshSeconds: REFRESH_SECONDS } : {}),
    },
    { status },
  )
}

function runForms(visit: SignedInVisit, id: string, errors: FieldErrors): Html {
  const { t, form: sent } = visit
  return html`${form(
    { action: `/changes/${id}/effect`, hidden: { scope: 'invented' } },
    button({ text: t('changes:effect.runInvented'), look: 'secondary', isOnce: true }),
  )}
  ${details(
    t('changes:effect.runReal', { days: REPLAY_DAYS }),
    form(
      { action: `/changes/${id}/effect`, hidden: { scope: 'real' } },
      textarea(t, {
        name: 'reason',
        label: t('changes:effect.reason'),
        hint: t('changes:effect.reasonHint'),
        value: sent.get('reason') ?? '',
        error: errors['reason'],
      }),
      button({ text: t('changes:effect.run'), isOnce: true }),
    ),
    { isOpen: errors['reason'] !== undefined },
  )}`
}

async function withDifferences({ deps }: SignedInVisit, effect: Effect): Promise<EffectFound> {
  return { effect, differences: effect.scope === 'real' ? await differencesOf(deps, effect) : [] }
}

async function results(
  visit: SignedInVisit,
  { effect, isStale, moved }: EffectRead,
  { effect: found, differences }: EffectFound,
): Promise<Html> {
  const { t } = visit
  const shown = linesOf({ effect: found, differences })
  return html`${standing(visit, effect)} ${isStale && insetText(t('changes:effect.stale'))}
    ${moved > 0 && html`<p class="govuk-body">${t('changes:effect.moved', { count: moved })}</p>`}
    ${effectScope(visit, effect)} ${numbers(visit, effect)} ${errorsOf(visit, effect)}
    ${(shown > 0 || isFiltered(visit)) && listTools(visit, { shown })}
    ${found.cells.length > 0 && cellCounts(visit, found.cells, t('changes:effect.cells'))}
    ${await casesOtherwise(visit, found.cases ?? [], effect.changeId)}
    ${differences.length > 0 && messages(visit, differences)} ${found.examples.length > 0 && questions(visit, found)}
    ${leftOut(visit, effect)}
    <p class="govuk-body">${t('changes:effect.choices')}</p>`
}

function standing({ t }: SignedInVisit, { state, position, last, scope: of, counts }: Effect): Html | undefined {
  const percent = last === 0 ? 0 : Math.floor((100 * position) / last)
  if (state === 'running')
    return html`<p class="govuk-body" role="status">${t('changes:effect.running', { percent })}</p>
      ${last > 0 && html`<progress max="100" value="${percent}">${percent} %</progress>`}`
  if (state === 'failed') return insetText(t('changes:effect.failed'))
  if (of === 'real' && counts.replayed === 0) return insetText(t('changes:effect.nothing'))
  return counts.different === 0 ? insetText(t('changes:effect.noDifference')) : undefined
}

/** Over what it was run. */
export const effectScope = (
  visit: SignedInVisit,
  { scope: of, from, until }: Pick<Effect, 'scope' | 'from' | 'until'>,
): Html => {
  const { t } = visit
  const words =
    of === 'real'
      ? t('changes:effect.scopeReal', { from: timeWords(visit, from, 'day'), until: timeWords(visit, until, 'day') })
      : t('changes:effect.scopeInvented')
  return html`<p class="govuk-body">${words}</p>`
}

/** What would disclose more is said in red and in words, and first. */
export const numbers = ({ t, language }: SignedInVisit, { counts }: Pick<Effect, 'counts'>): Html =>
  summaryList([
    {
      key: t('changes:effect.more'),
      value: counts.more > 0 ? tag(numberWords(language, counts.more), 'red') : numberWords(language, counts.more),
    },
    { key: t('changes:effect.different'), value: numberWords(language, counts.different) },
    { key: t('changes:effect.replayed'), value: numberWords(language, counts.replayed) },
  ])

const errorsOf = ({ t }: SignedInVisit, { errors }: Effect): Html | undefined =>
  errors.length === 0
    ? undefined
    : html`<h2 class="govuk-heading-m">${t('changes:effect.errors')}</h2>
        ${warningText(t, t('changes:effect.errorsIntro'))}
        <ul class="govuk-list govuk-list--bullet">
          ${errors.map(({ messageId, code }) => html`<li>${t('changes:effect.error', { message: messageId, code })}</li>`)}
        </ul>`

const levels = ({ t, language }: SignedInVisit, { section, before, after }: SectionChange): string =>
  t('changes:effect.fromTo', {
    section: sectionName(language, section),
    before: levelWord(t, before),
    after: levelWord(t, after),
  })

const messages = (visit: SignedInVisit, differences: readonly Difference[]): Html => {
  const { t, language } = visit
  return html`${table({
      caption: t('changes:effect.messages'),
      captionSize: 'm',
      isFirstCellHeader: false,
      head: [
        t('changes:effect.direction'),
        t('changes:effect.date'),
        t('changes:effect.sender'),
        t('changes:effect.recipient'),
        t('changes:effect.change'),
      ],
      rows: differences.map((one) => [
        directionTag(visit, one.direction),
        dateTime(visit, one.at),
        one.sender,
        `${one.recipient} – ${typeName(language, one.recipientType)}`,
        html`<ul class="govuk-list">
          ${one.sections.map((section) => html`<li>${levels(visit, section)}</li>`)}
        </ul>`,
      ]),
    })}
    <p class="govuk-body small">${t('changes:effect.messagesSome', { count: differences.length })}</p>`
}

const questions = (visit: SignedInVisit, { examples }: Effect): Html => {
  const { t, language } = visit
  const made = table({
    caption: t('changes:effect.questions'),
    isCaptionHidden: true,
    head: [
      t('changes:effect.question'),
      t('changes:effect.direction'),
      t('changes:effect.recipient'),
      t('changes:effect.change'),
    ],
    rows: examples.map((one) => [
      one.name,
      directionTag(visit, one.direction),
      typeName(language, one.recipientType),
      levels(visit, one),
    ]),
  })
  return details(html`${t('changes:effect.questions')} (${examples.length})`, made, { id: 'questions' })
}

function leftOut({ t }: SignedInVisit, { leftOut: codes }: Effect): Html | undefined {
  const entries = Object.entries(codes)
  if (entries.length === 0) return undefined
  return html`<h2 class="govuk-heading-m">${t('changes:effect.leftOut')}</h2>
    <ul class="govuk-list govuk-list--bullet">
      ${entries.map(
        ([code, count]) =>
          html`<li>
            ${code === 'case-erased' ? t('changes:effect.leftOutErased', { count }) : t('changes:effect.leftOutRoute', { count, code })}
          </li>`,
      )}
    </ul>`
}

export async function effectPost(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, params, form: sent, t } = visit
  const id = params['id'] ?? ''
  const isReal = sent.get('scope') === 'real'
  const begun = await beginEffect(deps, id, {
    officer: officerOf(visit),
    scope: isReal ? 'real' : 'invented',
    reason: sent.get('reason') ?? '',
  })
  if (begun.kind === 'begun') return redirect(`/changes/${id}/effect`)
  return begun.code === 'not-found' ? NOT_FOUND : shown(visit, { reason: t(`changes:refused.${begun.code}`) }, 422)
}
