/** I9, what is said back: received; taken on, by whom and when; declined, and why. */
import { parseInstant } from '#policies/language/instant.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import { DECLINE_REASONS } from '#gateway/core/message.ts'
import { html } from '#gateway/http/web/html.ts'
import { button, errorSummary, form, input, insetText, radios } from '#gateway/http/web/kit.ts'
import type { FieldErrors, SelectItem } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { acknowledgeAtInbox, answerReferral } from '#gateway/rooms/answer-inbox.ts'
import type { ReferralAnswer } from '#gateway/rooms/answer-inbox.ts'
import { colleaguesHere, mandatesHere } from '#gateway/rooms/read-inbox-colleagues.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { mandateName, peopleOf } from './colleagues.ts'
import { calledBy } from './label.ts'
import { pathOf, withDelivery, withOwned, withShown } from './reading.ts'

export const acknowledge = (visit: SignedInVisit): Promise<WebAnswer> =>
  withDelivery(visit, async (reader, id) => {
    const acknowledged = await acknowledgeAtInbox(visit.deps, reader, id)
    return acknowledged.ok ? redirect('/inbox?tab=mine') : { kind: 'problem', problem: acknowledged.problem }
  })

export const showAccept = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'content', (reader, shown) => acceptPage(visit, { reader, shown, errors: {} }))

export const showDecline = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'arrival', (_reader, shown) => declinePage(visit, shown, {}))

export const accept = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, { id }) => {
    const { deps, form: sent, t } = visit
    const referent = mandatesHere(deps, reader).find(({ id }) => id === sent.get('referent'))
    const day = sent.get('appointment')?.trim() ?? ''
    const isDay = day === '' || (day.length === 10 && parseInstant(day) !== undefined)
    if (referent === undefined || !isDay) {
      const errors = {
        ...(referent === undefined ? { referent: t('inbox:accept.error.referent') } : {}),
        ...(isDay ? {} : { appointment: t('inbox:accept.error.appointment') }),
      }
      return withShown(visit, 'content', (_reader, shown) => acceptPage(visit, { reader, shown, errors }))
    }
    const appointment = day === '' ? {} : { firstAppointment: day }
    return answered(visit, { reader, id, answer: { kind: 'accepted', referents: [referent.id], ...appointment } })
  })

export const decline = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, { id }) => {
    const reason = DECLINE_REASONS.find((known) => known === visit.form.get('reason'))
    const errors = { reason: visit.t('inbox:decline.error') }
    if (reason === undefined) return withShown(visit, 'arrival', (_reader, shown) => declinePage(visit, shown, errors))
    return answered(visit, { reader, id, answer: { kind: 'declined', reason } })
  })

interface Answered {
  readonly reader: HostedReader
  readonly id: DeliveryId
  readonly answer: ReferralAnswer
}

async function answered({ deps, t }: SignedInVisit, { reader, id, answer }: Answered): Promise<WebAnswer> {
  const done = await answerReferral(deps, reader, { id, answer })
  if (done.ok) return redirect(answer.kind === 'accepted' ? pathOf(id) : '/inbox?tab=mine')
  if (done.problem.code !== 'message-out-of-turn') return { kind: 'problem', problem: done.problem }
  return page(
    {
      title: t('inbox:answered.title'),
      isOfCase: true,
      back: { href: pathOf(id), text: t('inbox:backToCase') },
      body: insetText(t('inbox:answered.twice')),
    },
    { status: 409 },
  )
}

interface Accepting {
  readonly reader: HostedReader
  readonly shown: Shown
  readonly errors: FieldErrors
}

async function acceptPage(visit: SignedInVisit, { reader, shown, errors }: Accepting): Promise<WebAnswer> {
  const { t, deps, form: sent } = visit
  const colleagues = await colleaguesHere(deps, reader)
  const { id } = shown.delivery
  return page(
    {
      title: t('inbox:accept.title', { name: calledBy(shown) }),
      isOfCase: true,
      back: { href: pathOf(id), text: t('inbox:backToCase') },
      body: html`${errorSummary(t, errors)}
      ${form(
        { action: pathOf(id, '/accept') },
        radios(t, {
          name: 'referent',
          legend: { text: t('inbox:accept.referent'), size: 'm' },
          error: errors['referent'],
          value: sent.get('referent') ?? reader.mandate.id,
          items: mandatesHere(deps, reader).map(({ id: value }) => named(visit, value, peopleOf(colleagues, value))),
        }),
        input(t, {
          name: 'appointment',
          label: t('inbox:accept.appointment'),
          hint: t('inbox:accept.appointmentHint'),
          type: 'date',
          width: 10,
          error: errors['appointment'],
          value: sent.get('appointment') ?? '',
        }),
        button({ text: t('inbox:accept.send'), isOnce: true }),
      )}`,
    },
    Object.keys(errors).length > 0 ? { status: 422 } : {},
  )
}

/** A mandate by its people, else by its role alone. */
const named = (visit: SignedInVisit, value: string, people: string): SelectItem & { readonly hint?: string } => {
  const role = mandateName(visit, value)
  return people === '' ? { value, text: role } : { value, text: people, hint: role }
}

function declinePage({ t }: SignedInVisit, shown: Shown, errors: FieldErrors): WebAnswer {
  const { id } = shown.delivery
  return page(
    {
      title: t('inbox:decline.title', { name: calledBy(shown) }),
      isOfCase: true,
      back: { href: '/inbox', text: t('inbox:back') },
      body: html`${errorSummary(t, errors)}
      ${form(
        { action: pathOf(id, '/decline') },
        radios(t, {
          name: 'reason',
          legend: { text: t('inbox:decline.reason'), size: 'm' },
          error: errors['reason'],
          items: DECLINE_REASONS.map((value) => ({ value, text: t(`inbox:declineReason.${value}`) })),
        }),
        button({ text: t('inbox:decline.send'), look: 'warning', isOnce: true }),
      )}`,
    },
    Object.keys(errors).length > 0 ? { status: 422 } : {},
  )
}
