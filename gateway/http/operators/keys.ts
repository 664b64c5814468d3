/** O3: what ends and when, the trust list in force, and how far the log is published. */
import { textOf } from '#gateway/http/shell/problem-texts.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { dateTime, insetText, summaryList, table, tag } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { operatorsKeys } from '#gateway/rooms/operator-keys.ts'
import type { Ending, KeysNow } from '#gateway/rooms/operator-keys.ts'
import { nameOf } from './today.ts'

export async function keysPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t } = visit
  const now = await operatorsKeys(visit.deps)
  const body = html`${endings(visit, 'own', now.own, ({ what }) => html`<code>${what}</code>`)}
    <h2 class="govuk-heading-m">${t('operators:keys.listTitle')}</h2>
    ${listOf(visit, now.list)} ${endings(visit, 'members', now.members, ({ what }) => nameOf(visit, what))}
    <h2 class="govuk-heading-m">${t('operators:keys.logTitle')}</h2>
    ${logOf(visit, now.log)}`
  return page({ title: t('operators:keys.title'), body })
}

const SOON_DAYS = 30

function endings(
  visit: SignedInVisit,
  whose: 'own' | 'members',
  all: readonly Ending[],
  called: (ending: Ending) => Shown,
): Html {
  const { t } = visit
  if (all.length === 0)
    return html`<h2 class="govuk-heading-m">${t(`operators:keys.${whose}`)}</h2>
      ${insetText(t(`operators:keys.${whose}Empty`))}`
  return table({
    caption: t(`operators:keys.${whose}`),
    captionSize: 'm',
    head: [t('operators:keys.what'), t('operators:keys.until'), t('operators:keys.left')],
    rows: all.map((ending) => [
      called(ending),
      dateTime(visit, ending.until),
      html`${t('operators:keys.days', { count: ending.days })}
      ${ending.days <= SOON_DAYS && tag(t(ending.days === 0 ? 'operators:keys.over' : 'operators:keys.soon'), ending.days === 0 ? 'red' : 'yellow')}`,
    ]),
  })
}

function listOf(visit: SignedInVisit, list: KeysNow['list']): Html {
  const { t, language } = visit
  if (list.kind === 'none') {
    const why =
      list.code === undefined ? t('operators:keys.noList') : textOf(list.code, language === 'fr' ? 'fr' : 'en').title
    return insetText(why)
  }
  return summaryList([
    { key: t('operators:keys.version'), value: list.version },
    { key: t('operators:keys.issued'), value: dateTime(visit, list.issued) },
    { key: t('operators:keys.expires'), value: dateTime(visit, list.expires) },
    { key: t('operators:keys.digest'), value: html`<code>${list.digest}</code>` },
  ])
}

function logOf(visit: SignedInVisit, { size, published, waitingSince, stampedAt }: KeysNow['log']): Html {
  const { t } = visit
  const when = (at: number | undefined, none: string): Shown => (at === undefined ? none : dateTime(visit, at))
  return summaryList([
    { key: t('operators:keys.size'), value: size },
    { key: t('operators:keys.publishedSize'), value: published?.size ?? t('operators:keys.notYet') },
    { key: t('operators:keys.publishedAt'), value: when(published?.at, t('operators:keys.notYet')) },
    { key: t('operators:keys.waitingSince'), value: when(waitingSince, t('operators:keys.nothingWaits')) },
    { key: t('operators:keys.stampedAt'), value: when(stampedAt, t('operators:keys.notYet')) },
  ])
}
