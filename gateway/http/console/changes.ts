/** Changes of policy: what waits for the officer first, then their own, then those of others; and the beginning of a new one. */
import { printInstant } from '#policies/language/instant.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, dateTime, errorSummary, form, input, link, table, tag } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { openDraft } from '#gateway/rooms/change-policy.ts'
import { listChanges } from '#gateway/rooms/read-changes.ts'
import type { ChangeLists } from '#gateway/rooms/read-changes.ts'
import { officerOf } from './change-answer.ts'
import { cellName, stateTag } from './change-parts.ts'
import { findsIn, isFile, isFiltered, listFile, listTools } from './lists.ts'

export const changesPage = (visit: SignedInVisit): Promise<WebAnswer> => shown(visit, {}, 200)

async function shown(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { t, deps, visitor, form: sent } = visit
  const lists = changesIn(visit, await listChanges(deps, visitor.account.id))
  if (isFile(visit)) return changesFile(visit, lists)
  const isOfficer = visitor.account.role === 'officer'
  const body = html`${errorSummary(t, errors)}
    <p class="govuk-body">${t('changes:list.intro')}</p>
    ${listTools(visit, { shown: LISTS.reduce((sum, name) => sum + lists[name].length, 0) })}
    ${LISTS.map((name) => list(visit, lists, name))}
    <p class="govuk-body">${link(t('changes:list.versions'), '/versions')}</p>
    ${
      isOfficer &&
      html`<h2 class="govuk-heading-m">${t('changes:list.new')}</h2>
        <p class="govuk-body">${link(t('changes:list.matrix'), '/policy')}</p>
        ${form(
          { action: '/changes' },
          input(t, {
            name: 'title',
            label: t('changes:list.newTitle'),
            hint: t('changes:list.newHint'),
            value: sent.get('title') ?? '',
            error: errors['title'],
          }),
          button({ text: t('changes:list.new'), isOnce: true }),
        )}
        <p class="govuk-body">${link(t('changes:list.withhold'), '/versions/withhold')}</p>`
    }`
  return page({ title: t('changes:list.title'), body, area: 'changes' }, { status })
}

const LISTS = ['waiting', 'mine', 'others', 'closed'] as const

/** By title, author, state and the cells that are changed. */
function changesIn(visit: SignedInVisit, lists: ChangeLists): ChangeLists {
  const finds = findsIn(visit)
  const isFound = (change: PolicyChange): boolean =>
    finds(
      change.title,
      visit.t(`changes:state.${change.state}`),
      ...change.authors.map(lists.names),
      ...change.edits.map((edit) => cellName(visit, edit)),
    )
  const found = LISTS.map((name) => [name, lists[name].filter(isFound)] as const)
  return { ...lists, ...Object.fromEntries(found) }
}

/** Neither titles nor authors: who wrote one may have named somebody. */
const changesFile = (visit: SignedInVisit, lists: ChangeLists): WebAnswer => {
  const { t } = visit
  return listFile(
    'changes',
    [
      t('changes:change.hash'),
      t('changes:list.kind'),
      t('changes:list.state'),
      t('changes:change.makes'),
      t('changes:change.cells'),
      t('changes:list.when'),
    ],
    LISTS.flatMap((name) => lists[name]).map((change) => [
      changeHash(change),
      t(`changes:kind.${change.kind}`),
      t(`changes:state.${change.state}`),
      change.version,
      change.edits.map((edit) => cellName(visit, edit)).join('; '),
      printInstant(change.changedAt),
    ]),
  )
}

function list(visit: SignedInVisit, lists: ChangeLists, name: (typeof LISTS)[number]): Html | undefined {
  const { t } = visit
  const changes = lists[name]
  // Nothing that holds the words is not nothing at all.
  if (changes.length === 0 && isFiltered(visit)) return undefined
  if (changes.length === 0)
    return html`<h2 class="govuk-heading-m">${t(`changes:list.${name}`)}</h2>
      <p class="govuk-body">${t(`changes:list.${name}None`)}</p>`
  return table({
    caption: t(`changes:list.${name}`),
    captionSize: 'm',
    head: [t('changes:list.change'), t('changes:list.state'), t('changes:list.by'), t('changes:list.when')],
    rows: changes.map((change) => [
      html`${link(isolated(change.title), `/changes/${change.id}`)} ${review(visit, change)}`,
      stateTag(visit, change),
      change.authors.map((id) => isolated(lists.names(id))).join(', '),
      dateTime(visit, change.changedAt),
    ]),
  })
}

/** The clock of an emergency that nobody has looked at. */
const review = (visit: SignedInVisit, { reviewDueAt, reviewedAt }: PolicyChange): Html | undefined => {
  if (reviewDueAt === undefined || reviewedAt !== undefined) return undefined
  const isOverdue = visit.deps.clock() >= reviewDueAt
  return html`${tag(visit.t('changes:kind.emergency'), 'red')}
    ${isOverdue && tag(visit.t('changes:list.overdue'), 'red')}
    <span class="small">${dateTime(visit, reviewDueAt)}</span>`
}

export async function newChange(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, form: sent, t } = visit
  const opened = await openDraft(deps, { officer: officerOf(visit), title: sent.get('title') ?? '' })
  if (opened.kind === 'done') return redirect(`/changes/${opened.change.id}`)
  const code = opened.kind === 'refused' ? opened.code : 'out-of-turn'
  return shown(visit, { title: t(`changes:refused.${code}`) }, 422)
}
