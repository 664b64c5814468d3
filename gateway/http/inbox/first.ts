/** I2, the first time: what to start with, with an example of each step, and whether mail tells of what comes. It may be skipped: then nothing but the least is shown. */
import { html } from '#gateway/http/web/html.ts'
import { languageList } from '#gateway/http/web/layout-head.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, buttonGroup, errorSummary, form, link, linkButton, notification } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import type { NoticeChoice } from '#gateway/core/notice-choice.ts'
import { chooseNotices, noticesOf } from '#gateway/rooms/choose-notices.ts'
import { chooseDefault, depthOf } from '#gateway/rooms/read-inbox-depth.ts'
import type { DepthView } from '#gateway/rooms/read-inbox-depth.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { choiceFields, formOf, readChoice } from './choice-form.ts'
import { sharedNote } from './colleagues.ts'
import { noticeFields, noticeFormOf, readNotices } from './notice-form.ts'
import { backToInbox, withReader } from './reading.ts'

/** What stands for the person now. */
interface Standing {
  readonly view: DepthView
  /** Absent: their organisation is told nothing by mail. */
  readonly notices: NoticeChoice | undefined
  /** Whose choice it is, where others have the same mandate. */
  readonly shared: Html | undefined
}

const standingOf = async (visit: SignedInVisit, reader: HostedReader): Promise<Standing> => ({
  view: await depthOf(visit.deps, reader, undefined),
  notices: await noticesOf(visit.deps, reader),
  shared: await sharedNote(visit, reader),
})

export const showFirst = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const standing = await standingOf(visit, reader)
    const { view, notices } = standing
    const ofNotices = notices === undefined ? [] : [...noticeFormOf(notices)]
    const sent = new URLSearchParams([...formOf(view.choice), ...ofNotices])
    return firstPage(visit, standing, { sent, errors: {} })
  })

export const keepFirst = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const { deps, form: sent, t } = visit
    const standing = await standingOf(visit, reader)
    const read = readChoice(visit, sent, standing.view.depths)
    const told = standing.notices === undefined ? undefined : readNotices(visit, sent)
    if (read.kind === 'wrong' || told?.kind === 'wrong') {
      const errors = { ...errorsIn(read), ...errorsIn(told) }
      return firstPage(visit, standing, { sent, errors })
    }
    const chosen = await chooseDefault(deps, reader, read.choice)
    if (chosen.ok && told !== undefined) await chooseNotices(deps, reader, told.notices)
    if (chosen.ok) return redirect('/inbox/first?saved=yes')
    if (chosen.problem.code !== 'choice-above-organisation') return { kind: 'problem', problem: chosen.problem }
    return firstPage(visit, standing, { sent, errors: { depth: t('inbox:choice.error.above') } })
  })

const errorsIn = (read: { readonly kind: string; readonly errors?: FieldErrors } | undefined): FieldErrors =>
  read?.errors ?? {}

function firstPage(
  visit: SignedInVisit,
  { view: { depths }, notices, shared }: Standing,
  { sent, errors }: { readonly sent: URLSearchParams; readonly errors: FieldErrors },
): WebAnswer {
  const { t, query } = visit
  return page(
    {
      title: t('inbox:first.title'),
      isOfCase: true,
      back: backToInbox(visit),
      body: html`${query.get('saved') === 'yes' && notification(t, t('inbox:first.saved'), { kind: 'success' })}
        ${errorSummary(t, errors)}
        <p class="govuk-body">${t('inbox:first.body')}</p>
        ${
          visit.method === 'get' &&
          html`<h2 class="govuk-heading-s">${t('inbox:first.language')}</h2>
            ${languageList(visit, { list: 'govuk-list', link: 'govuk-link' })}`
        }
        <p class="govuk-body">${t('inbox:first.training')} ${link(t('inbox:training.open'), '/inbox/training')}</p>
        ${shared}
        ${form(
          { action: '/inbox/first' },
          choiceFields(visit, { sent, errors, depths, hasExamples: true }),
          noticeFields(visit, { sent, errors, isTold: notices !== undefined }),
          buttonGroup(
            button({ text: t('inbox:first.save') }),
            linkButton({ text: t('inbox:first.skip'), href: '/inbox', look: 'secondary' }),
          ),
        )}`,
    },
    Object.keys(errors).length > 0 ? { status: 422 } : {},
  )
}
