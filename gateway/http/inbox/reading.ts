/** What every page of the inbox begins with: who reads, which delivery, and what stands in its place where it cannot be shown. */
import type { DeliveryId } from '#gateway/core/ids.ts'
import { toDeliveryId } from '#gateway/core/ids.ts'
import { CORRECTION_REASONS } from '#gateway/core/message.ts'
import { unreachable } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import { linkButton } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { owned } from '#gateway/rooms/own-delivery.ts'
import { openDelivery } from '#gateway/rooms/read-inbox-open.ts'
import type { Look, Opened, Shown } from '#gateway/rooms/read-inbox-open.ts'
import { hostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'

type Answering = Promise<WebAnswer>

export const NOT_FOUND: WebAnswer = { kind: 'problem', problem: { code: 'not-found' } }

export async function withReader(
  visit: SignedInVisit,
  work: (reader: HostedReader) => Answering | WebAnswer,
): Answering {
  const reader = hostedReader(visit.deps, visit.visitor)
  return reader.ok ? work(reader.value) : { kind: 'problem', problem: reader.problem }
}

/** The delivery that the path names, whether or not it is this reader's. */
export const withDelivery = (
  visit: SignedInVisit,
  work: (reader: HostedReader, id: DeliveryId) => Answering | WebAnswer,
): Answering =>
  withReader(visit, (reader) => {
    const id = toDeliveryId(visit.params['delivery'] ?? '')
    return id === undefined ? NOT_FOUND : work(reader, id)
  })

/** The same, where it is this reader's: for what is done about it without looking at it. */
export const withOwned = (
  visit: SignedInVisit,
  work: (reader: HostedReader, row: Shown['delivery']) => Answering | WebAnswer,
): Answering =>
  withDelivery(visit, async (reader, id) => {
    const found = await owned(visit.deps.store.read, reader, id)
    return found.ok ? work(reader, found.value) : { kind: 'problem', problem: found.problem }
  })

/** The delivery opened, and the look recorded. */
export const withShown = (
  visit: SignedInVisit,
  look: Look,
  work: (reader: HostedReader, shown: Shown) => Answering | WebAnswer,
): Answering =>
  withDelivery(visit, async (reader, id) => {
    const opened = await openDelivery(visit.deps, { reader, id, look })
    if (!opened.ok) return { kind: 'problem', problem: opened.problem }
    return opened.value.kind === 'shown' ? work(reader, opened.value) : instead(visit, id, opened.value)
  })

export const pathOf = (id: string, rest = ''): `/inbox/${string}` => `/inbox/${id}${rest}`

function instead(visit: SignedInVisit, id: DeliveryId, opened: Exclude<Opened, Shown>): WebAnswer {
  switch (opened.kind) {
    case 'moved':
      return redirect(visit.method === 'get' ? visit.path.replace(id, opened.to) : pathOf(opened.to))
    case 'notice':
      return redirect(pathOf(opened.notice, '/notice'))
    case 'unchosen':
      return redirect(pathOf(id, '/arrival'))
    case 'preparing':
      return preparing(visit)
    case 'gone':
      return gone(visit, opened.reason)
    default:
      return unreachable(opened)
  }
}

export const backToInbox = ({ t }: SignedInVisit): { readonly href: string; readonly text: string } => ({
  href: '/inbox',
  text: t('inbox:back'),
})

const AGAIN_SECONDS = 2

const preparing = (visit: SignedInVisit): WebAnswer =>
  page({
    title: visit.t('inbox:preparing.title'),
    isOfCase: true,
    back: backToInbox(visit),
    refreshSeconds: AGAIN_SECONDS,
    body: html`<p class="govuk-body">${visit.t('inbox:preparing.body')}</p>
      ${linkButton({ text: visit.t('inbox:preparing.again'), href: `/${visit.path.slice(1)}` })}`,
  })

function gone(visit: SignedInVisit, reason: string | undefined): WebAnswer {
  const { t } = visit
  const because = CORRECTION_REASONS.find((known) => known === reason)
  return page(
    {
      title: t('inbox:gone.title'),
      isOfCase: true,
      back: backToInbox(visit),
      body:
        because === undefined
          ? html`<p class="govuk-body">${t('inbox:gone.ended')}</p>`
          : html`<p class="govuk-body">${t('inbox:gone.recalled')}</p>
              <p class="govuk-body"><strong>${t('inbox:reason')}</strong> ${t(`inbox:because.${because}`)}</p>`,
    },
    { status: 410 },
  )
}
