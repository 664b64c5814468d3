/** I2, the first time: what to start with, with an example of each step. It may be skipped: then nothing but the least is shown. */
import { html } from '#gateway/http/web/html.ts'
import { button, buttonGroup, errorSummary, form, link, linkButton, notification } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { chooseDefault, depthOf } from '#gateway/rooms/read-inbox-depth.ts'
import type { DepthView } from '#gateway/rooms/read-inbox-depth.ts'
import { choiceFields, formOf, readChoice } from './choice-form.ts'
import { backToInbox, withReader } from './reading.ts'

export const showFirst = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const view = await depthOf(visit.deps, reader, undefined)
    return firstPage(visit, view, { sent: formOf(view.choice), errors: {} })
  })

export const keepFirst = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const { deps, form: sent, t } = visit
    const view = await depthOf(deps, reader, undefined)
    const read = readChoice(visit, sent, view.depths)
    if (read.kind === 'wrong') return firstPage(visit, view, { sent, errors: read.errors })
    const chosen = await chooseDefault(deps, reader, read.choice)
    if (chosen.ok) return redirect('/inbox/first?saved=yes')
    if (chosen.problem.code !== 'choice-above-organisation') return { kind: 'problem', problem: chosen.problem }
    return firstPage(visit, view, { sent, errors: { depth: t('inbox:choice.error.above') } })
  })

function firstPage(
  visit: SignedInVisit,
  { depths }: DepthView,
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
        <p class="govuk-body">${t('inbox:first.training')} ${link(t('inbox:training.open'), '/inbox/training')}</p>
        ${form(
          { action: '/inbox/first' },
          choiceFields(visit, { sent, errors, depths, hasExamples: true }),
          buttonGroup(
            button({ text: t('inbox:first.save') }),
            linkButton({ text: t('inbox:first.skip'), href: '/inbox', look: 'secondary' }),
          ),
        )}`,
    },
    Object.keys(errors).length > 0 ? { status: 422 } : {},
  )
}
