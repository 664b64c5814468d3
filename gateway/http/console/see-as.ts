/** P5, see as: a case, a recipient, a depth and a date; what that person would get, and on wish every gap with its rule. */
import { DEPTHS } from '#gateway/core/choice.ts'
import type { InventedCase } from '#gateway/core/invented-case.ts'
import { OPEN_STATES } from '#gateway/core/policy-change-states.ts'
import { readPolicy } from '#gateway/rooms/read-policy.ts'
import type { PolicyRead } from '#gateway/rooms/read-policy.ts'
import { seeAs } from '#gateway/rooms/see-as.ts'
import type { Seen } from '#gateway/rooms/see-as.ts'
import { printDay } from '#policies/language/instant.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import { button, checkboxes, details, form, input, insetText, select } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { purposeName, typeName } from '#gateway/core/cell-names.ts'
import { keepForm } from './keep-example.ts'
import { askedOf, purposeIn } from './see-as-asked.ts'
import type { SeeAsAsked } from './see-as-asked.ts'
import { realForm } from './see-real.ts'
import { seenCase } from './seen-case.ts'

export async function seeAsPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps } = visit
  const asked = askedOf(visit.query, deps.clock())
  const policy = await readPolicy(deps, asked.version === '' ? undefined : asked.version)
  if (policy === undefined) return { kind: 'problem', problem: { code: 'not-found' } }
  const cases = await deps.changing.inventedCases(asked.at)
  const chosen = cases.find(({ id }) => id === asked.caseId) ?? cases[0]
  const body = html`${await askForm(visit, { asked, policy, cases, chosen })}
  ${chosen !== undefined && (await results(visit, { asked, policy, chosen }))}
  ${visit.visitor.account.role === 'officer' && details(t('console:real.summary'), realForm(visit, asked, policy))}`
  return page({ title: t('console:seeAs.title'), body, area: 'policy', isWide: true, back: back(visit) })
}

const back = ({ t }: SignedInVisit): { href: string; text: string } => ({
  href: '/policy',
  text: t('console:map.back'),
})

interface Choosing {
  readonly asked: SeeAsAsked
  readonly policy: PolicyRead
  readonly cases: readonly InventedCase[]
  readonly chosen: InventedCase | undefined
}

const typeOf = ({ set }: PolicyRead, wanted: string): string =>
  set.vocabulary.recipientTypes.find((type) => type === wanted) ?? set.vocabulary.recipientTypes[0] ?? ''

async function askForm(visit: SignedInVisit, { asked, policy, cases, chosen }: Choosing): Promise<Html> {
  const { t, language, deps } = visit
  const { recipientTypes, roles, purposes } = policy.set.vocabulary
  const types = recipientTypes.map((type) => ({ value: type, text: typeName(language, type) }))
  const open = await deps.store.read.changes.list(OPEN_STATES)
  return form(
    { action: '/see-as', method: 'get' },
    html`<div class="filters">
      ${select(t, {
        name: 'case',
        label: t('console:seeAs.case'),
        value: chosen?.id,
        items: cases.map(({ id, title }) => ({ value: id, text: `${id} · ${pick(language, title)}` })),
      })}
      ${select(t, { name: 'recipient', label: t('console:seeAs.recipient'), value: typeOf(policy, asked.recipientType), items: types })}
      ${select(t, {
        name: 'and',
        label: t('console:seeAs.and'),
        value: asked.and,
        items: [{ value: '', text: t('console:seeAs.nobody') }, ...types],
      })}
      ${select(t, {
        name: 'role',
        label: t('console:seeAs.role'),
        value: asked.role,
        items: [{ value: '', text: t('console:seeAs.anyRole') }, ...roles.map((role) => ({ value: role, text: role }))],
      })}
      ${select(t, {
        name: 'purpose',
        label: t('console:seeAs.purpose'),
        value: asked.purpose,
        items: purposes.map((id) => ({ value: id, text: purposeName(language, id) })),
      })}
      ${select(t, {
        name: 'depth',
        label: t('console:seeAs.depth'),
        value: asked.depth,
        items: DEPTHS.map((depth) => ({ value: depth, text: t(`console:seeAs.depths.${depth}`) })),
      })}
      ${input(t, { name: 'at', label: t('console:seeAs.at'), type: 'date', value: printDay(asked.at), width: 10 })}
      ${select(t, {
        name: 'version',
        label: t('console:filter.version'),
        value: asked.version,
        items: [
          { value: '', text: t('console:filter.inForce') },
          ...open.map(({ id, title }) => ({ value: id, text: isolated(title) })),
          ...(policy.isEarlier === true
            ? [
                {
                  value: policy.digest,
                  text: t('console:filter.earlier', { version: policy.version, digest: policy.digest.slice(0, 8) }),
                },
              ]
            : []),
        ],
      })}
      ${checkboxes(t, {
        name: 'more',
        legend: { text: t('console:seeAs.more'), isHidden: true },
        isSmall: true,
        values: [...(asked.isWithheldShown ? ['withheld'] : []), ...(asked.hasAsked ? ['asked'] : [])],
        items: [
          { value: 'withheld', text: t('console:seeAs.showWithheld') },
          { value: 'asked', text: t('console:seeAs.asIfAsked') },
        ],
      })}
      ${button({ text: t('console:seeAs.show') })}
    </div>`,
  )
}

interface Showing {
  readonly asked: SeeAsAsked
  readonly policy: PolicyRead
  readonly chosen: InventedCase
}

/** One recipient, or two side by side. */
async function results(visit: SignedInVisit, showing: Showing): Promise<Html> {
  const { asked, policy } = showing
  const first = typeOf(policy, asked.recipientType)
  const both = asked.and === '' || typeOf(policy, asked.and) !== asked.and ? [first] : [first, asked.and]
  const made: Html[] = []
  for (const type of both) made.push(await result(visit, showing, type))
  return html`<div class="${both.length > 1 && 'beside is-even'}">${made}</div>`
}

async function result(visit: SignedInVisit, showing: Showing, type: string): Promise<Html> {
  const { t, language } = visit
  const { asked, chosen } = showing
  const seen = await seenBy(showing, type)
  return html`<section class="card">
    <h2 class="govuk-heading-m">
      ${t('console:seeAs.as', { case: chosen.id, recipient: typeName(language, type), depth: asked.depth })}
    </h2>
    ${seenCase(visit, { seen, isWithheldShown: asked.isWithheldShown })} ${insetText(t('constantSentence'))}
    ${keepForm(visit, { asked, of: chosen, recipientType: type })}
  </section>`
}

/** The same for pages that keep or run examples. */
export const seenBy = async ({ asked, policy, chosen }: Showing, recipientType: string): Promise<Seen> =>
  seeAs({
    set: policy.set,
    digest: policy.digest,
    of: { items: chosen.items, facts: chosen.facts, rest: { caseId: chosen.id } },
    recipientType,
    ...(asked.role === '' ? {} : { role: asked.role }),
    depth: asked.depth,
    at: asked.at,
    ...purposeIn(policy.set, asked),
    requested: asked.hasAsked ? policy.set.vocabulary.sections : [],
  })
