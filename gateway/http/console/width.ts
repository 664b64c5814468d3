/** Whether a draft discloses more than the version in force: the proof, a counter-example in words, or that nothing was found. */
import { purposeName, sectionName, typeName } from '#gateway/core/cell-names.ts'
import { widthOfChange } from '#gateway/rooms/width-of-change.ts'
import type { WidthRead } from '#gateway/rooms/width-of-change.ts'
import type { CounterExample } from '#policies/engine/wider-search.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { details, insetText, link, summaryList, warningText } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { versionLine } from './matrix.ts'
import { valueText } from './seen-case.ts'

export async function widthPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, params } = visit
  const id = params['change'] ?? ''
  const read = await widthOfChange(deps, id)
  if (read === undefined) return { kind: 'problem', problem: { code: 'not-found' } }
  const body = html`${versionLine(visit, read.draft)} ${answer(visit, read)}
    <p class="govuk-body">${link(t('console:width.change'), `/changes/${id}`)}</p>`
  return page({ title: t('console:width.title'), body, area: 'changes' })
}

function answer(visit: SignedInVisit, { width, sentences }: WidthRead): Html {
  const { t, language } = visit
  if (width.kind === 'proved') return insetText(t('console:width.proved'))
  if (width.kind === 'not-found') return warningText(t, t('console:width.notFound', { count: width.asked }))
  return html`${warningText(t, t('console:width.counter'))}
    <p class="govuk-body">${questionWords(visit, width)}</p>
    ${
      sentences !== undefined &&
      summaryList([
        { key: t('console:width.before'), value: pick(language, sentences.before) },
        { key: t('console:width.after'), value: pick(language, sentences.after) },
      ])
    }
    ${details(t('console:width.facts'), allFacts(width))}`
}

function questionWords({ t, language }: SignedInVisit, { question, item }: CounterExample): string {
  const said = (value: unknown, name: (text: string) => string): string =>
    typeof value === 'string' ? name(value) : t('console:width.unsaid')
  const sentence = t('console:width.question', {
    recipient: said(question.facts['recipient.type'], (id) => typeName(language, id)),
    purpose: said(question.facts['edge.purpose'], (id) => purposeName(language, id)),
    section: said(item.facts['section'], (id) => sectionName(language, id)),
  })
  return item.isPast ? `${sentence} ${t('console:width.past')}` : sentence
}

/** Attributes as the language of policies names them. */
const allFacts = ({ question, item }: CounterExample): Html =>
  html`<ul class="govuk-list" dir="ltr">
    ${[
      ...Object.entries(question.facts),
      ...Object.entries(item.facts).map(([name, value]) => [`item.${name}`, value] as const),
    ].map(([name, value]) => html`<li><code>${name}: ${valueText(value)}</code></li>`)}
  </ul>`
