/** O2: what could not be carried onward: why, when it is tried next, and how to have it carried anew. */
import { parseInstant } from '#policies/language/instant.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { button, dateTime, form, insetText, notification, table, tag } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { listStuck, replayCarry } from '#gateway/rooms/replay-carry.ts'
import type { StuckLine } from '#gateway/rooms/replay-carry.ts'
import { nameOf } from './today.ts'

/** Query `done`: something was carried anew. */
export async function stuckPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t, query } = visit
  const stuck = await listStuck(deps)
  const body = html`${query.has('done') && notification(t, t('operators:stuck.done'), { kind: 'success' })}
    ${stuck.length === 0 ? insetText(t('operators:stuck.empty')) : lines(visit, stuck)}
    <h2 class="govuk-heading-m">${t('operators:stuck.officerTitle')}</h2>
    <p class="govuk-body">${t('operators:stuck.officer')}</p>`
  return page({ title: t('operators:stuck.title'), body, isWide: true })
}

const HEADS = ['errand', 'to', 'state', 'reason', 'attempts', 'next', 'act'] as const

const lines = (visit: SignedInVisit, stuck: readonly StuckLine[]): Html =>
  table({
    caption: visit.t('operators:stuck.caption'),
    isCaptionHidden: true,
    head: HEADS.map((head) => visit.t(`operators:stuck.${head}`)),
    rows: stuck.map((line) => rowOf(visit, line)),
  })

function rowOf(visit: SignedInVisit, line: StuckLine): readonly Shown[] {
  const { t } = visit
  const isGivenUp = line.state === 'stuck'
  return [
    html`<code>${line.id}</code>
      ${line.parent !== undefined && html`<br />${t('operators:stuck.parent')} <code>${line.parent}</code>`}`,
    html`${nameOf(visit, line.organisation)}<br />${line.way}`,
    tag(t(`operators:stuck.${isGivenUp ? 'givenUp' : 'waiting'}`), isGivenUp ? 'red' : 'yellow'),
    html`<code>${line.reason}</code>`,
    line.attempts,
    line.nextAt === undefined ? t('operators:stuck.noNext') : dateTime(visit, parseInstant(line.nextAt) ?? 0),
    isGivenUp
      ? form(
          { action: `/operators/stuck/${line.id}/replay` },
          button({
            text: html`${t('operators:stuck.replay')}<span class="govuk-visually-hidden"> ${line.id}</span>`,
            look: 'secondary',
            isOnce: true,
          }),
        )
      : t('operators:stuck.itself'),
  ]
}

/** Carries it anew as a child; what was given up stays as it is. */
export async function replayPosted({ deps, params }: SignedInVisit): Promise<WebAnswer> {
  const id = params['id'] ?? ''
  if (!UUID_PATTERN.test(id)) return { kind: 'problem', problem: { code: 'not-found' } }
  const replayed = await replayCarry(deps, id)
  return replayed.ok ? redirect('/operators/stuck?done=1') : { kind: 'problem', problem: replayed.problem }
}
