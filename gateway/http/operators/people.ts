/** O6: who has an account and in which role, the mandates of the registry, and links that let people in once. */
import { ROLES } from '#gateway/core/account.ts'
import type { Problem } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import {
  button,
  dateTime,
  errorSummary,
  form,
  input,
  insetText,
  notification,
  radios,
  select,
  table,
  tag,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors, TagColour } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { addPerson, endPerson, inviteAgain, listPeople } from '#gateway/rooms/people.ts'
import { proposedLinks } from '#gateway/rooms/people-links.ts'
import type { Invitation, MandateLine, PersonLine } from '#gateway/rooms/people.ts'
import { linksTable } from './links.ts'
import { nameOf } from './today.ts'

/** Query `ended`: an account was ended. */
export async function peoplePage(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t, query } = visit
  const [{ people, mandates }, links] = [await listPeople(deps), await proposedLinks(deps)]
  const body = html`${query.has('ended') && notification(t, t('operators:people.ended'), { kind: 'success' })}
    <p class="govuk-body"><a class="govuk-link" href="/operators/people/new">${t('operators:people.add')}</a></p>
    ${table({
      caption: t('operators:people.caption'),
      captionSize: 'm',
      head: [
        ...HEADS.map((head) => t(`operators:people.${head}`)),
        { text: t('operators:people.act'), isHidden: true },
      ],
      rows: people.map((line) => personRow(visit, line)),
    })}
    ${links.length > 0 && linksTable(visit, links)} ${mandatesOf(visit, mandates)}`
  return page({ title: t('operators:people.title'), body, isWide: true })
}

const HEADS = ['name', 'role', 'organisation', 'standing', 'passkeys', 'since'] as const
const COLOURS: Readonly<Record<PersonLine['standing'], TagColour>> = {
  open: 'green',
  invited: 'yellow',
  'account-ended': 'grey',
  'mandate-ended': 'red',
}

function personRow(visit: SignedInVisit, { account, passkeys, standing }: PersonLine): readonly Shown[] {
  const { t, visitor } = visit
  const isOpen = standing === 'open' || standing === 'invited'
  const act = (name: 'link' | 'end'): Html =>
    form(
      { action: `/operators/people/${account.id}/${name}` },
      button({
        text: html`${t(`operators:people.${name}`)}<span class="govuk-visually-hidden">
            ${isolated(account.name)}</span
          >`,
        look: name === 'end' ? 'warning' : 'secondary',
        isOnce: true,
      }),
    )
  return [
    html`<bdi>${account.name}</bdi>`,
    html`${t(`roles.${account.role}`)}${account.mandate !== undefined && html`<br /><code>${account.mandate}</code>`}`,
    nameOf(visit, account.organisation),
    tag(t(`operators:people.standings.${standing}`), COLOURS[standing]),
    account.subject === undefined ? passkeys : html`${passkeys}<br />${t('operators:people.elsewhere')}`,
    account.from > visit.deps.clock() ? undefined : dateTime(visit, account.from, 'day'),
    html`${isOpen && act('link')} ${account.endedAt === undefined && account.id !== visitor.account.id && act('end')}`,
  ]
}

function mandatesOf(visit: SignedInVisit, mandates: readonly MandateLine[]): Html {
  const { t } = visit
  if (mandates.length === 0) return insetText(t('operators:people.noMandates'))
  return table({
    caption: t('operators:people.mandates'),
    captionSize: 'm',
    head: (['mandate', 'organisation', 'role', 'standing', 'until', 'readers'] as const).map((head) =>
      t(`operators:people.${head}`),
    ),
    rows: mandates.map(({ mandate, isInForce, accounts }) => [
      html`<code>${mandate.id}</code>`,
      nameOf(visit, mandate.organisation),
      mandate.role,
      tag(t(isInForce ? 'operators:people.inForce' : 'operators:people.notInForce'), isInForce ? 'green' : 'grey'),
      dateTime(visit, mandate.until, 'day'),
      accounts,
    ]),
  })
}

export const newPersonPage = async (visit: SignedInVisit): Promise<WebAnswer> => newPersonWith(visit, {})

function newPersonWith(visit: SignedInVisit, errors: FieldErrors): WebAnswer {
  const { deps, t, language, form: sent } = visit
  const { participants, mandates, broker } = deps.registry()
  const written = (name: string): string => sent.get(name) ?? ''
  const none = { value: '', text: t('operators:people.none') }
  const body = html`${errorSummary(t, errors)}
  ${form(
    { action: '/operators/people/new' },
    input(t, {
      name: 'name',
      label: t('operators:people.name'),
      hint: t('operators:people.nameHint'),
      value: written('name'),
      error: errors['name'],
    }),
    radios(t, {
      name: 'role',
      legend: { text: t('operators:people.role') },
      hint: t('operators:people.roleHint'),
      items: ROLES.map((role, index) => ({
        value: role,
        text: t(`roles.${role}`),
        hint: t(`operators:people.roleHints.${role}`),
        ...(index === 0 ? { id: 'role' } : {}),
      })),
      value: written('role'),
      error: errors['role'],
    }),
    select(t, {
      name: 'organisation',
      label: t('operators:people.organisation'),
      items: [
        none,
        { value: broker.id, text: t('operators:people.gateway') },
        ...participants.map(({ id, name }) => ({ value: id, text: pick(language, name) })),
      ],
      value: written('organisation'),
      error: errors['organisation'],
    }),
    select(t, {
      name: 'mandate',
      label: t('operators:people.mandate'),
      hint: t('operators:people.mandateHint'),
      items: [none, ...mandates.map(({ id, organisation }) => ({ value: id, text: `${id} (${organisation})` }))],
      value: written('mandate'),
      error: errors['mandate'],
    }),
    deps.signIn.oidc !== undefined &&
      input(t, {
        name: 'subject',
        label: t('operators:people.subject'),
        hint: t('operators:people.subjectHint'),
        value: written('subject'),
        error: errors['subject'],
      }),
    button({ text: t('operators:people.addAct'), isOnce: true }),
  )}`
  const back = { href: '/operators/people', text: t('operators:people.title') }
  const title = t('operators:people.add')
  return page({ title, body, back }, Object.keys(errors).length === 0 ? {} : { status: 422 })
}

const MEMBERS = ['name', 'role', 'organisation', 'mandate', 'subject'] as const

/** Members `name`, `role`, `organisation`, `mandate`, `subject`; errors come back with what was written. */
export async function newPersonPosted(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, visitor, form: sent } = visit
  const given = Object.fromEntries(MEMBERS.map((name) => [name, sent.get(name) ?? '']))
  const added = await addPerson(deps, visitor.account.id, given)
  return added.ok ? invitationPage(visit, added.value) : newPersonWith(visit, errorsOf(visit, added.problem))
}

const errorsOf = ({ t }: SignedInVisit, { errors = [] }: Problem): FieldErrors =>
  Object.fromEntries(
    MEMBERS.flatMap((name) =>
      errors.some(({ pointer }) => pointer === `/${name}`) ? [[name, t(`operators:people.wrong.${name}`)]] : [],
    ),
  )

/** Shown in answer to the form and never again: nothing of it is kept that could show it a second time. */
function invitationPage(visit: SignedInVisit, { account, word, until, isProposed }: Invitation): WebAnswer {
  const { deps, t } = visit
  const body = html`<p class="govuk-body">${t('operators:people.linkLead', { name: isolated(account.name) })}</p>
    <p class="govuk-body"><code>${deps.web.origin}/sign-in/link/${word}</code></p>
    <p class="govuk-body">${t('operators:people.linkUntil')} ${dateTime(visit, until)}</p>
    ${insetText(t(isProposed ? 'operators:links.proposed' : 'operators:people.linkOnce'))}`
  const back = { href: '/operators/people', text: t('operators:people.title') }
  return page({ title: t('operators:people.linkTitle'), body, back })
}

export async function linkAgainPosted(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, visitor, params } = visit
  const invited = await inviteAgain(deps, visitor.account.id, params['id'] ?? '')
  return invited.ok ? invitationPage(visit, invited.value) : { kind: 'problem', problem: invited.problem }
}

export async function endPosted({ deps, visitor, params }: SignedInVisit): Promise<WebAnswer> {
  const ended = await endPerson(deps, visitor.account.id, params['id'] ?? '')
  return ended.ok ? redirect('/operators/people?ended=1') : { kind: 'problem', problem: ended.problem }
}
