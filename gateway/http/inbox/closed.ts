/** A case past the day by which it must go: it is read until it is erased or deleted, and nothing more of it is opened, asked for or taken on. */
import { toDeliveryId } from '#gateway/core/ids.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { warningText } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { isClosedTo } from '#gateway/rooms/read-inbox-held.ts'
import { hostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { backToInbox } from './reading.ts'

type Answer = (visit: SignedInVisit) => Promise<WebAnswer>

/** The same, unless the case is closed; whose it is not reads what it would read otherwise. */
export const whileOpen =
  (answer: Answer): Answer =>
  async (visit) => {
    const reader = hostedReader(visit.deps, visit.visitor)
    const id = toDeliveryId(visit.params['delivery'] ?? '')
    if (!reader.ok || id === undefined || !(await isClosedTo(visit.deps, reader.value, id))) return answer(visit)
    const { t } = visit
    const body = closedNote(visit)
    return page({ title: t('inbox:closed.title'), isOfCase: true, back: backToInbox(visit), body }, { status: 409 })
  }

export const closedNote = ({ t }: SignedInVisit): Html => html`${warningText(t, t('inbox:closed.body'))}`
