/** Links that two people make: what waits, and the page on which an officer confirms what an operator proposed. */
import { groupedCode } from '#gateway/core/case-label.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, buttonGroup, dateTime, form, insetText, notification, table, tag } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer, WebRoute } from '#gateway/http/web/route.ts'
import { confirmLink, proposedLinks, refuseLink } from '#gateway/rooms/people-links.ts'
import type { Confirmed, ProposedLink } from '#gateway/rooms/people-links.ts'
import { nameOf } from './today.ts'

const HEADS = ['person', 'role', 'organisation', 'by', 'at', 'state'] as const

/** For operators, who may take one back, and for officers, who confirm those of others. */
export const linksTable = (visit: SignedInVisit, links: readonly ProposedLink[]): Html => {
  const { t } = visit
  return table({
    caption: t('operators:links.caption'),
    captionSize: 'm',
    head: [...HEADS.map((head) => t(`operators:links.${head}`)), { text: t('operators:links.act'), isHidden: true }],
    rows: links.map((link) => [
      html`<bdi>${link.account.name}</bdi>`,
      t(`roles.${link.account.role}`),
      nameOf(visit, link.account.organisation),
      html`<bdi>${link.proposedBy}</bdi>`,
      dateTime(visit, link.proposedAt),
      stateOf(visit, link),
      actsOf(visit, link),
    ]),
  })
}

const stateOf = ({ t }: SignedInVisit, { confirmedBy }: ProposedLink): Html =>
  confirmedBy === undefined
    ? tag(t('operators:links.waits'), 'yellow')
    : html`${tag(t('operators:links.confirmed'), 'green')}<br /><bdi>${confirmedBy}</bdi>`

function actsOf({ t, visitor }: SignedInVisit, { id, account, confirmedBy }: ProposedLink): Html {
  const isOfficer = visitor.account.role === 'officer'
  const path = isOfficer ? '/people' : '/operators/people/links'
  const named = html`<span class="govuk-visually-hidden"> ${account.name}</span>`
  const act = (name: 'confirm' | 'refuse', look: 'primary' | 'secondary'): Html =>
    form(
      { action: `${path}/${id}/${name}` },
      button({ text: html`${t(`operators:links.${name}`)}${named}`, look, isOnce: true }),
    )
  const mayConfirm = isOfficer && confirmedBy === undefined && account.id !== visitor.account.id
  return buttonGroup(mayConfirm && act('confirm', 'primary'), act('refuse', 'secondary'))
}

/** Query `refused`: a link was taken back. */
async function linksPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t, query } = visit
  const links = await proposedLinks(deps)
  const body = html`${query.has('refused') && notification(t, t('operators:links.refused'), { kind: 'success' })}
    <p class="govuk-body">${t('operators:links.lead')}</p>
    ${links.length === 0 ? insetText(t('operators:links.none')) : linksTable(visit, links)}`
  return page({ title: t('operators:links.title'), body, isWide: true })
}

async function confirmPosted(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, visitor, params } = visit
  const confirmed = await confirmLink(deps, visitor.account, params['id'] ?? '')
  return confirmed.ok ? codePage(visit, confirmed.value) : { kind: 'problem', problem: confirmed.problem }
}

/** Shown in answer to the form and never again. */
function codePage(visit: SignedInVisit, { account, code, until }: Confirmed): WebAnswer {
  const { t } = visit
  const body = html`<p class="govuk-body">${t('operators:links.codeLead', { name: isolated(account.name) })}</p>
    <p class="govuk-body"><code dir="ltr">${groupedCode(code)}</code></p>
    <p class="govuk-body">${t('operators:people.linkUntil')} ${dateTime(visit, until)}</p>
    ${insetText(t('operators:links.codeOnce'))}`
  return page({
    title: t('operators:links.codeTitle'),
    body,
    back: { href: '/people', text: t('operators:links.title') },
  })
}

const refusePosted =
  (to: string) =>
  async ({ deps, visitor, params }: SignedInVisit): Promise<WebAnswer> => {
    const refused = await refuseLink(deps, visitor.account, params['id'] ?? '')
    return refused.ok ? redirect(to) : { kind: 'problem', problem: refused.problem }
  }

const OFFICERS = ['officer'] as const

export const LINK_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/people', who: OFFICERS, answer: linksPage },
  { method: 'post', path: '/people/:id/confirm', who: OFFICERS, isSteppedUp: true, answer: confirmPosted },
  {
    method: 'post',
    path: '/people/:id/refuse',
    who: OFFICERS,
    isSteppedUp: true,
    answer: refusePosted('/people?refused=1'),
  },
]

/** Whoever proposed it may take it back. */
export const refuseAsOperator = refusePosted('/operators/people')
