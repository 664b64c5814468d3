/** P13, make an example: one item of a decision, as it was decided or as it ought to be, is to come out so from now on. */
import { LEVELS } from '#policies/language/level.ts'
import { sectionName } from '#gateway/core/cell-names.ts'
import { termIn } from '#gateway/core/vocabulary/sections.ts'
import { keepDecision } from '#gateway/rooms/keep-decision.ts'
import type { DecisionRead } from '#gateway/rooms/why.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, errorSummary, form, select } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { NOT_FOUND } from './change-answer.ts'
import { levelWord } from './names.ts'

/** Nothing for whoever may not change the policy, and for a decision of a version that is not stored. */
export function exampleForm(visit: SignedInVisit, { delivery, record, set }: DecisionRead): Html | undefined {
  const { t, language, visitor } = visit
  if (visitor.account.role !== 'officer' || set === undefined || record.items.length === 0) return undefined
  return html`<h2 class="govuk-heading-m">${t('changes:why.exampleTitle')}</h2>
    <p class="govuk-body">${t('changes:why.exampleIntro')}</p>
    ${form(
      { action: `/why/${delivery.id}/example` },
      select(t, {
        name: 'item',
        label: t('changes:why.exampleItem'),
        items: record.items.map(({ section, term }, index) => ({
          value: String(index),
          text: `${sectionName(language, section)} – ${pick(language, termIn(section, term) ?? { en: term, fr: term })}`,
        })),
      }),
      select(t, {
        name: 'level',
        label: t('changes:why.exampleLevel'),
        items: [
          { value: '', text: t('changes:why.exampleAsDecided') },
          ...LEVELS.map((level) => ({ value: level, text: levelWord(t, level) })),
        ],
      }),
      button({ text: t('changes:why.exampleKeep'), look: 'secondary', isOnce: true }),
    )}`
}

export async function examplePost(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, params, form: sent, visitor } = visit
  const delivery = params['delivery'] ?? ''
  const item = sent.get('item') ?? ''
  const kept = await keepDecision(deps, {
    officer: visitor.account,
    delivery,
    index: /^\d{1,6}$/.test(item) ? Number(item) : -1,
    level: LEVELS.find((level) => level === sent.get('level')),
    title: t('console:examples.draftTitle'),
  })
  if (kept.kind === 'done') return redirect(`/examples?version=${kept.change.id}`)
  if (kept.kind === 'refused' && kept.code === 'not-found') return NOT_FOUND
  const why = kept.kind === 'particular' ? t('changes:why.exampleParticular') : t('console:cell.refused')
  return page(
    {
      title: t('console:examples.refusedTitle'),
      body: html`${errorSummary(t, { main: why })}`,
      area: 'why',
      back: { href: `/why/${delivery}`, text: t('changes:why.back') },
    },
    { status: 422 },
  )
}
