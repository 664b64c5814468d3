/** P2, one recipient: who stands behind it, under which agreements and until when, what it receives, and what it was sent lately. */
import { purposeName, sectionName, typeName } from '#gateway/core/cell-names.ts'
import { readRecipient } from '#gateway/rooms/read-recipient.ts'
import type { Agreed, RecipientOrganisation, RecipientRead, RecipientState } from '#gateway/rooms/read-recipient.ts'
import type { StandingCell } from '#gateway/rooms/cell-default.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { dateTime, link, linkButton, summaryList, table, tag, timeWords } from '#gateway/http/web/kit.ts'
import type { TagColour } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { findsIn, isFile, listFile, listTools } from './lists.ts'
import { cellHeads, cellTexts } from './matrix-filter.ts'
import { cellPath } from './matrix.ts'
import { levelWord, reachWords } from './names.ts'

export async function recipientPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, language, deps, params } = visit
  const read = await readRecipient(deps, params['type'] ?? '')
  if (read === undefined) return { kind: 'problem', problem: { code: 'not-found' } }
  if (isFile(visit)) return columnFile(visit, read)
  const type = encodeURIComponent(read.recipientType)
  const body = html`${read.organisations.flatMap((one) => warnings(visit, one))}
    <h2 class="govuk-heading-m">${t('console:recipient.organisations')}</h2>
    ${read.organisations.length === 0 && html`<p class="govuk-body">${t('console:recipient.none')}</p>`}
    ${read.organisations.map((one) => organisation(visit, one))} ${numbers(visit, read)}
    ${linkButton({ text: t('console:recipient.seeAs'), href: `/see-as?recipient=${type}`, look: 'secondary' })}
    ${column(visit, read)}`
  return page({
    title: t('console:recipient.title', { recipient: typeName(language, read.recipientType) }),
    body,
    area: 'policy',
    back: { href: '/policy', text: t('console:map.back') },
  })
}

/** Amber while an agreement ends soon, red once it is over. */
const warnings = (visit: SignedInVisit, { agreements }: RecipientOrganisation): readonly Html[] =>
  agreements.flatMap((agreed) => (agreed.state === 'in-force' ? [] : [agreementWarning(visit, agreed)]))

function agreementWarning(visit: SignedInVisit, { id, until, state }: Agreed): Html {
  const { t } = visit
  const day = timeWords(visit, until, 'day')
  return state === 'ended'
    ? html`<div class="govuk-error-summary is-ended">
        <p class="govuk-body"><strong>${t('console:recipient.agreementOver', { id, day })}</strong></p>
      </div>`
    : html`<div class="notice is-soon">
        <p class="govuk-body"><strong>${t('console:recipient.agreementSoon', { id, day })}</strong></p>
      </div>`
}

const COLOURS: Readonly<Record<RecipientState, TagColour>> = {
  invited: 'blue',
  active: 'green',
  suspended: 'orange',
  ended: 'red',
}

function organisation(visit: SignedInVisit, one: RecipientOrganisation): Html {
  const { t, language } = visit
  const { participant, state, agreements, purposes, sites, people, deliveries, holds } = one
  const list = (names: readonly string[]): string =>
    names.length === 0 ? t('console:recipient.unknown') : names.join(', ')
  return html`<h3 class="govuk-heading-s">${pick(language, participant.name)} (${participant.id})</h3>
    ${holds > 0 && html`<p class="govuk-body">${t('console:recipient.holds', { count: holds })}</p>`}
    ${summaryList([
      {
        key: t('console:recipient.state'),
        value: tag(t(`console:recipient.states.${state}`), COLOURS[state]),
      },
      { key: t('console:recipient.regime'), value: t(`console:recipient.regimes.${participant.regime}`) },
      {
        key: t('console:recipient.agreements'),
        value:
          agreements.length === 0
            ? t('console:recipient.noAgreement')
            : agreements.map(
                ({ id, until }) =>
                  html`${t('console:recipient.agreement', { id, day: timeWords(visit, until, 'day') })}<br />`,
              ),
      },
      { key: t('console:recipient.purposes'), value: list(purposes.map((purpose) => purposeName(language, purpose))) },
      { key: t('console:recipient.sites'), value: list(sites) },
      { key: t('console:recipient.people'), value: people },
      { key: t('console:recipient.contact'), value: participant.dpo ?? t('console:recipient.unknown') },
      { key: t('console:recipient.deliveries'), value: deliveries },
    ])}`
}

function numbers({ t, visitor }: SignedInVisit, { ceiling, openRequests }: RecipientRead): Html {
  const deepest: Shown =
    ceiling === 'none'
      ? t('console:recipient.ceilingNone')
      : ceiling === 'all'
        ? t('console:recipient.ceilingAll')
        : reachWords(t, ceiling)
  return summaryList([
    { key: t('console:recipient.ceiling'), value: deepest },
    {
      key: t('console:recipient.requests'),
      // An auditor may not open them.
      value: html`${openRequests}
      ${openRequests > 0 && visitor.account.role === 'officer' && link(t('console:recipient.requestsLink'), '/requests')}`,
    },
  ])
}

function column(visit: SignedInVisit, { column: cells, policy }: RecipientRead): Html {
  const { t, language } = visit
  const found = columnIn(visit, cells)
  return html`${listTools(visit, { shown: found.length })}
    ${table({
      caption: t('console:recipient.column'),
      captionSize: 'm',
      head: [t('console:matrix.section'), t('console:recipient.levelHead'), t('console:recipient.limit')],
      rows: found.map((cell) => [
        sectionName(language, cell.section),
        {
          look: cell.state === 'no-rule' ? 'level no-rule' : `level level-${cell.level}`,
          content: link(cell.state === 'no-rule' ? t('console:level.none') : levelWord(t, cell.level), cellPath(cell), {
            hidden: sectionName(language, cell.section),
          }),
        },
        marks(visit, cell),
      ]),
    })}
    <p class="govuk-body small">
      ${policy.since !== undefined && html`${t('console:version.since', { version: policy.version })} ${dateTime(visit, policy.since)}`}
    </p>`
}

function columnIn(visit: SignedInVisit, cells: RecipientRead['column']): RecipientRead['column'] {
  const finds = findsIn(visit)
  return cells.filter(({ section }) => finds(sectionName(visit.language, section), section))
}

const columnFile = (visit: SignedInVisit, { recipientType, column: cells }: RecipientRead): WebAnswer =>
  listFile(
    `recipient-${recipientType}`,
    cellHeads(visit),
    columnIn(visit, cells).map((cell) => cellTexts(visit, cell)),
  )

const marks = ({ t }: SignedInVisit, { reach, isConditional, level, mandatory, isChanged }: StandingCell): string =>
  [
    reachWords(t, reach) ?? '',
    isConditional && level !== 'nothing' ? t('console:mark.conditions') : '',
    mandatory.length > 0 ? t('console:mark.mandatory') : '',
    isChanged ? t('console:mark.changed') : '',
  ]
    .filter((mark) => mark !== '')
    .join(', ')
