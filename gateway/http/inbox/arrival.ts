/** I4, before the content: who sends, why, until when, what must be known at once; then how much history. */
import type { Instant } from '#policies/language/instant.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, buttonGroup, dateTime, errorSummary, form, linkButton, summaryList } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { showsMore } from '#gateway/core/choice.ts'
import { chooseDepth, depthOf } from '#gateway/rooms/read-inbox-depth.ts'
import type { DepthView } from '#gateway/rooms/read-inbox-depth.ts'
import { hasArrival } from '#gateway/rooms/read-inbox-open.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { dueOf } from '#gateway/rooms/read-inbox.ts'
import { choiceFields, formOf, readChoice } from './choice-form.ts'
import { sharedNote } from './colleagues.ts'
import { floorBlock } from './items.ts'
import { calledBy } from './label.ts'
import { basisName, kindName, purposeName, serviceName } from './names.ts'
import { backToInbox, pathOf, withOwned, withShown } from './reading.ts'

export const showArrival = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'arrival', async (reader, shown) => {
    if (!hasArrival(shown.delivery.kind)) return redirect(pathOf(shown.delivery.id))
    const view = await depthOf(visit.deps, reader, shown.delivery.caseId)
    return arrivalPage(visit, { reader, shown, view, sent: formOf(view.choice), errors: {} })
  })

export const chooseOnArrival = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, { id, caseId }) => {
    const { deps, form: sent, t } = visit
    const view = await depthOf(deps, reader, caseId)
    const again = (errors: FieldErrors): Promise<WebAnswer> =>
      withShown(visit, 'arrival', (_reader, shown) => arrivalPage(visit, { reader, shown, view, sent, errors }))
    const read = readChoice(visit, sent, view.depths)
    if (read.kind === 'wrong') return again(read.errors)
    // With the first choice the case was opened; from then on more of it takes a reason.
    if (view.setAt !== undefined && showsMore(view.choice, read.choice))
      return again({ depth: t('inbox:choice.error.opened') })
    const chosen = await chooseDepth(deps, reader, { id, choice: read.choice })
    if (chosen.ok) return redirect(pathOf(id))
    if (chosen.problem.code !== 'choice-above-organisation') return { kind: 'problem', problem: chosen.problem }
    return again({ depth: t('inbox:choice.error.above') })
  })

interface Arrival {
  readonly reader: HostedReader
  readonly shown: Shown
  readonly view: DepthView
  readonly sent: URLSearchParams
  readonly errors: FieldErrors
}

async function arrivalPage(visit: SignedInVisit, { reader, shown, view, sent, errors }: Arrival): Promise<WebAnswer> {
  const { t } = visit
  const { projection, delivery } = shown
  const isWrong = Object.keys(errors).length > 0
  const dueAt = await dueOf(visit.deps.store.read, delivery)
  const shared = await sharedNote(visit, reader)
  return page(
    {
      title: t('inbox:arrival.title', { name: calledBy(shown) }),
      isOfCase: true,
      back: backToInbox(visit),
      body: html`${errorSummary(t, errors)} ${facts(visit, reader, shown, dueAt)} ${floorBlock(visit, projection)}
      ${shared}
      ${form(
        { action: pathOf(delivery.id, '/arrival') },
        choiceFields(visit, { sent, errors, depths: view.depths }),
        buttonGroup(
          button({ text: t('inbox:choice.open'), isOnce: true }),
          delivery.kind === 'Referral' &&
            linkButton({
              text: t('inbox:choice.decline'),
              href: pathOf(delivery.id, '/decline'),
              look: 'secondary',
            }),
        ),
      )}`,
    },
    isWrong ? { status: 422 } : {},
  )
}

const facts = (
  visit: SignedInVisit,
  { mandate }: HostedReader,
  { projection, delivery }: Shown,
  dueAt: Instant | undefined,
): Html => {
  const { t } = visit
  return summaryList([
    { key: t('inbox:arrival.from'), value: serviceName(visit, projection.sender) },
    { key: t('inbox:arrival.kind'), value: kindName(visit, delivery.kind) },
    { key: t('inbox:arrival.received'), value: dateTime(visit, delivery.createdAt) },
    { key: t('inbox:arrival.why'), value: purposeName(visit, projection.purpose) },
    { key: t('inbox:arrival.basis'), value: projection.legalBasis.map((id) => basisName(visit, id)).join('; ') },
    { key: t('inbox:arrival.until'), value: dateTime(visit, mandate.until, 'day') },
    ...(dueAt === undefined ? [] : [{ key: t('inbox:case.due'), value: dateTime(visit, dueAt) }]),
  ])
}
