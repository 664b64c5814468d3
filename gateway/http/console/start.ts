/** P9, start: by hand, at a date, or after an observation, chosen while it is a draft; started and undone once it is approved. */
import { isUndoable, UNDO_MS } from '#gateway/core/policy-change.ts'
import type { ChangeStart } from '#gateway/core/policy-change.ts'
import { instantIn, shownIn } from '#gateway/core/zoned-time.ts'
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  errorSummary,
  form,
  input,
  insetText,
  radios,
  summaryList,
  timeWords,
  warningText,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { setStart } from '#gateway/rooms/change-policy.ts'
import { startChange, undoChange } from '#gateway/rooms/change-start.ts'
import { changeDesk } from '#gateway/rooms/read-changes.ts'
import type { ChangeDesk } from '#gateway/rooms/read-changes.ts'
import { answerOf, NOT_FOUND, officerOf, readOf } from './change-answer.ts'
import { startWords } from './change-parts.ts'

export const startPage = (visit: SignedInVisit): Promise<WebAnswer> => shown(visit, {}, 200)

async function shown(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { t, deps, params } = visit
  const desk = await changeDesk(deps, params['id'] ?? '')
  if (desk === undefined) return NOT_FOUND
  const { change, queued } = desk
  const isDraft = change.state === 'draft' || change.state === 'sent-back'
  const body = html`${errorSummary(t, errors)}
    ${
      isDraft
        ? choose(visit, desk, errors)
        : html`${summaryList([{ key: t('changes:change.start'), value: startWords(visit, change.start) }])}
            <p class="govuk-body">${t('changes:start.fixed')}</p>
            ${acts(visit, desk)}`
    }
    <p class="govuk-body">
      ${queued === 0 ? t('changes:start.queuedNone') : t('changes:start.queued', { count: queued })}
    </p>`
  return page(
    {
      title: t('changes:start.title', { title: isolated(change.title) }),
      body,
      area: 'changes',
      back: { href: `/changes/${change.id}`, text: isolated(change.title) },
    },
    { status },
  )
}

function choose(visit: SignedInVisit, { change }: ChangeDesk, errors: FieldErrors): Html {
  const { t, deps, form: sent } = visit
  const { start } = change
  const chosen = start.kind === 'at' ? shownIn(deps.web.timeZone, start.at) : { day: '', hour: '' }
  return form(
    { action: `/changes/${change.id}/start`, hidden: { revision: change.revision } },
    radios(t, {
      name: 'start',
      legend: { text: t('changes:start.how'), size: 'm' },
      value: sent.get('start') ?? start.kind,
      error: errors['main'],
      items: [
        { value: 'now', text: t('changes:start.now'), hint: t('changes:start.nowHint') },
        {
          value: 'at',
          text: t('changes:start.at'),
          hint: t('changes:start.atHint', { zone: deps.web.timeZone }),
        },
        { value: 'observe', text: t('changes:start.observe'), hint: t('changes:start.observeHint') },
      ],
    }),
    input(t, {
      name: 'date',
      label: t('changes:start.date'),
      type: 'date',
      value: sent.get('date') ?? chosen.day,
      width: 10,
    }),
    input(t, {
      name: 'time',
      label: t('changes:start.time'),
      type: 'time',
      value: sent.get('time') ?? chosen.hour,
      width: 5,
    }),
    input(t, {
      name: 'days',
      label: t('changes:start.days'),
      inputMode: 'numeric',
      value: sent.get('days') ?? (start.kind === 'observe' ? String(start.days) : ''),
      width: 2,
    }),
    button({ text: t('changes:start.save') }),
  )
}

function acts(visit: SignedInVisit, { change }: ChangeDesk): Html {
  const { t, deps } = visit
  const { id, revision, state, start, startedAt = 0 } = change
  if (state === 'approved')
    return html`${warningText(t, t('changes:start.startIntro'))}
    ${form({ action: `/changes/${id}/start-now`, hidden: { revision } }, button({ text: t('changes:start.startNow'), look: 'warning', isOnce: true }))}`
  if (isUndoable(change, deps.clock())) {
    const [when, until] = [timeWords(visit, startedAt), timeWords(visit, startedAt + UNDO_MS)]
    return html`<p class="govuk-body">${t('changes:start.undoIntro', { when, until })}</p>
      ${form({ action: `/changes/${id}/undo`, hidden: { revision } }, button({ text: t('changes:start.undo'), look: 'warning', isOnce: true }))}`
  }
  if (state === 'scheduled' && start.kind === 'at')
    return insetText(t('changes:start.waits', { when: timeWords(visit, start.at) }))
  return insetText(t('changes:start.nothing'))
}

export async function startPost(visit: SignedInVisit): Promise<WebAnswer> {
  const start = startIn(visit)
  const outcome =
    start === undefined
      ? ({ kind: 'refused', code: 'start-wrong' } as const)
      : await setStart(visit.deps, readOf(visit), { officer: officerOf(visit), start })
  return answered(visit, outcome)
}

/** What the form says, in the zone that the page names; undefined where it says nothing whole. */
function startIn({ form: sent, deps }: SignedInVisit): ChangeStart | undefined {
  const kind = sent.get('start')
  if (kind === 'now') return { kind }
  if (kind === 'observe') return { kind, days: Number(sent.get('days') ?? '') }
  const at = kind === 'at' ? instantIn(deps.web.timeZone, sent.get('date') ?? '', sent.get('time') ?? '') : undefined
  return at === undefined ? undefined : { kind: 'at', at }
}

export const startNowPost = async (visit: SignedInVisit): Promise<WebAnswer> =>
  answered(visit, await startChange(visit.deps, readOf(visit), officerOf(visit)))

export const undoPost = async (visit: SignedInVisit): Promise<WebAnswer> =>
  answered(visit, await undoChange(visit.deps, readOf(visit), officerOf(visit)))

const answered = (visit: SignedInVisit, outcome: Parameters<typeof answerOf>[1]): Promise<WebAnswer> =>
  answerOf(visit, outcome, {
    done: (id) => `/changes/${id}`,
    again: (errors, status) => shown(visit, errors, status),
  })
