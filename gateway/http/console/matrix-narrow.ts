/** P1 where it is narrow: a recipient is picked first, then its list is shown. */
import { typeName } from '#gateway/core/cell-names.ts'
import type { Matrix } from '#gateway/rooms/read-policy.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { link } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'

/** For narrow screens: each recipient with how much it receives, and the way to its own list. */
export function recipientChoice(visit: SignedInVisit, rows: Matrix['rows'], version: string): Html {
  const { t, language } = visit
  const types = rows[0]?.map(({ recipientType }) => recipientType) ?? []
  const items = types.map((type, column) => {
    const open = rows.filter((row) => (row[column]?.level ?? 'nothing') !== 'nothing').length
    const query = new URLSearchParams({ recipient: type, ...(version === '' ? {} : { version }) })
    return html`<li>
      ${link(typeName(language, type), `/policy?${query.toString()}`)}<br /><span class="small"
        >${open === 0 ? t('console:matrix.receivesNone') : t('console:matrix.receives', { count: open, all: rows.length })}</span
      >
    </li>`
  })
  return html`<nav class="where-narrow" aria-label="${t('console:matrix.choose')}">
    <h2 class="govuk-heading-m">${t('console:matrix.choose')}</h2>
    <ul class="govuk-list">
      ${items}
    </ul>
  </nav>`
}
