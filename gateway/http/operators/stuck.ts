/** O2: what could not be judged or carried onward: why, when it is tried next, and how to have it done anew. */
import { parseInstant } from '#policies/language/instant.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { titleOf } from '#gateway/http/shell/problem-texts.ts'
import { button, dateTime, form, insetText, notification, pagination, table, tag } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { replayCarry } from '#gateway/rooms/replay-carry.ts'
import { listStuck } from '#gateway/rooms/stuck-lines.ts'
import type { StuckLine } from '#gateway/rooms/stuck-lines.ts'
import { handedCell } from './hand-over.ts'
import { nameOf } from './today.ts'

const DONE = { judged: 'operators:stuck.doneJudged', handed: 'operators:handed.done' } as const

/** Query `done`: something was done anew, or handed over; `after`: a page further on. */
export async function stuckPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t, query } = visit
  const after = Number(/^\d{1,15}$/.exec(query.get('after') ?? '')?.[0] ?? 0)
  const { items, next } = await listStuck(deps, after)
  const what = query.get('done')
  const done = what === 'judged' || what === 'handed' ? DONE[what] : 'operators:stuck.done'
  const body = html`${query.has('done') && notification(t, t(done), { kind: 'success' })}
    ${items.length === 0 ? insetText(t(after > 0 ? 'operators:stuck.noMore' : 'operators:stuck.empty')) : lines(visit, items)}
    ${pagination(t, {
      ...(after > 0 ? { previous: PATH } : {}),
      ...(next === undefined ? {} : { next: `${PATH}?after=${next}` as const }),
    })}
    <h2 class="govuk-heading-m">${t('operators:stuck.officerTitle')}</h2>
    <p class="govuk-body">${t('operators:stuck.officer')}</p>`
  return page({ title: t('operators:stuck.title'), body, isWide: true })
}

const PATH = '/operators/stuck'

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
    html`${line.organisation === undefined ? t('operators:stuck.nobody') : nameOf(visit, line.organisation)}
      <br />${line.way === 'judging' ? html`${t('operators:stuck.judging')} <code>${line.edge}</code>` : line.way}`,
    tag(t(`operators:stuck.${isGivenUp ? 'givenUp' : 'waiting'}`), isGivenUp ? 'red' : 'yellow'),
    reasonOf(visit, line.reason),
    line.attempts,
    line.nextAt === undefined ? t('operators:stuck.noNext') : dateTime(visit, parseInstant(line.nextAt) ?? 0),
    html`${isGivenUp ? replayForm(visit, line) : html`<p class="govuk-body-s">${t('operators:stuck.itself')}</p>`}
    ${handedCell(visit, line)}`,
  ]
}

const replayForm = ({ t }: SignedInVisit, { id }: StuckLine): Html =>
  form(
    { action: `/operators/stuck/${id}/replay` },
    button({
      text: html`${t('operators:stuck.replay')}<span class="govuk-visually-hidden"> ${id}</span>`,
      look: 'secondary',
      isOnce: true,
    }),
  )

/** The code, and what it says where it is a problem of ours. */
function reasonOf({ language }: SignedInVisit, reason: string): Html {
  const said = titleOf(reason, language === 'fr' ? 'fr' : 'en')
  return html`<code>${reason}</code> ${said !== undefined && html`<br /><span class="small">${said}</span>`}`
}

/** Judged anew, or carried anew as a child: what was given up then stays as it is. */
export async function replayPosted({ deps, params, visitor }: SignedInVisit): Promise<WebAnswer> {
  const id = params['id'] ?? ''
  if (!UUID_PATTERN.test(id)) return { kind: 'problem', problem: { code: 'not-found' } }
  const replayed = await replayCarry(deps, id, visitor.account.id)
  if (replayed.ok) return redirect(`${PATH}?done=${replayed.value.parent === undefined ? 'judged' : '1'}`)
  return { kind: 'problem', problem: replayed.problem }
}
