/** The label of a case: what the reader's own organisation calls it, beside the name that it was given. */
import { MAX_LABEL_CHARACTERS, groupedName, shortName } from '#gateway/core/case-label.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, errorSummary, form, input, link, linkButton, buttonGroup } from '#gateway/http/web/kit.ts'
import type { SummaryRow } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import { calledIn, labelCase } from '#gateway/rooms/read-inbox-label.ts'
import type { Called } from '#gateway/rooms/read-inbox-label.ts'
import type { InboxRow } from '#gateway/rooms/read-inbox.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import { pathOf, withOwned } from './reading.ts'

/** In titles: closed in, so that a label in another script turns nothing around it (Unicode TR9 §2.4). */
export const callOf = ({ name, label }: Called): string =>
  label === undefined ? shortName(name) : `\u2068${label}\u2069`

/** The same of a delivery that is shown. */
export const calledBy = (shown: Shown): string => callOf(calledOf(shown))

const calledOf = ({ projection, label }: Shown): Called => ({
  name: projection.caseId,
  ...(label === undefined ? {} : { label }),
})

/** In lists: the label first, and the beginning of the name under it. */
export const callIn = ({ name, label }: Called): Html =>
  label === undefined ? html`${shortName(name)}` : html`<bdi>${label}</bdi>`

/** Of a row of the inbox. */
export const calledOfRow = ({ caseName, label }: Pick<InboxRow, 'caseName' | 'label'>): Called => ({
  name: caseName,
  ...(label === undefined ? {} : { label }),
})

/** The name in full, in groups where it is long, and the label with the way to change it. */
export const callRows = ({ t }: SignedInVisit, { projection, label, delivery }: Shown): readonly SummaryRow[] => [
  { key: t('inbox:list.reference'), value: html`<code dir="ltr">${groupedName(projection.caseId)}</code>` },
  {
    key: t('inbox:label.key'),
    value: [
      label === undefined ? t('inbox:label.none') : html`<bdi>${label}</bdi>`,
      ' ',
      link(t(label === undefined ? 'inbox:label.give' : 'inbox:label.change'), pathOf(delivery.id, '/label')),
    ],
  },
]

export const showLabel = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, row) => {
    const called = await calledIn(visit.deps, reader, row)
    return labelPage(visit, { called, id: row.id, written: called.label ?? '' })
  })

/** Member `label`; empty: there is to be none. */
export const giveLabel = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, row) => {
    const { deps, form: sent, t } = visit
    const written = sent.get('label') ?? ''
    const given = await labelCase(deps, reader, { id: row.id, written })
    if (given.ok) return redirect(pathOf(row.id))
    const fault = given.problem.errors?.find(({ pointer }) => pointer === '/label')?.code
    if (fault === undefined) return { kind: 'problem', problem: given.problem }
    const error = t(fault === 'too-long' ? 'inbox:label.error.long' : 'inbox:label.error.unwritable', {
      most: MAX_LABEL_CHARACTERS,
    })
    return labelPage(visit, { called: await calledIn(deps, reader, row), id: row.id, written, error })
  })

interface Labelling {
  readonly called: Called
  readonly id: DeliveryId
  readonly written: string
  readonly error?: string
}

function labelPage({ t }: SignedInVisit, { called, id, written, error }: Labelling): WebAnswer {
  return page(
    {
      title: t('inbox:label.title', { name: callOf(called) }),
      isOfCase: true,
      back: { href: pathOf(id), text: t('inbox:backToCase') },
      body: html`${errorSummary(t, error === undefined ? {} : { label: error })}
        <p class="govuk-body">${t('inbox:label.body')}</p>
        <p class="govuk-body">${t('inbox:list.reference')} <code dir="ltr">${groupedName(called.name)}</code></p>
        ${form(
          { action: pathOf(id, '/label') },
          input(t, {
            name: 'label',
            label: t('inbox:label.label'),
            hint: t('inbox:label.hint', { most: MAX_LABEL_CHARACTERS }),
            width: 30,
            value: written,
            error,
            autocomplete: 'off',
          }),
          buttonGroup(
            button({ text: t('inbox:label.save'), isOnce: true }),
            linkButton({ text: t('inbox:label.back'), href: pathOf(id), look: 'secondary' }),
          ),
        )}`,
    },
    error === undefined ? {} : { status: 422 },
  )
}
