/** The examples that a change adds or expects otherwise: what must have come out before, and what must from now on. */
import type { Example } from '#policies/engine/case-text.ts'
import { rankOf } from '#policies/language/level.ts'
import { stateAfter } from '#gateway/core/policy-change-states.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, form, table } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import type { ChangeDesk } from '#gateway/rooms/read-changes.ts'
import { directionTag } from './change-parts.ts'
import { askedWords, expectedWords } from './examples.ts'

/** Those that are expected otherwise stand apart, and first: they may have been loosened. No change takes an example away. */
export function changedExamples(visit: SignedInVisit, desk: ChangeDesk): Html | undefined {
  const { t } = visit
  const { change, examplesBefore } = desk
  if (change.examples.length === 0) return undefined
  const before = new Map(examplesBefore.map((example) => [example.name, example]))
  const changed = change.examples.flatMap((example) => {
    const was = before.get(example.name)
    return was === undefined ? [] : [{ example, was }]
  })
  const added = change.examples.filter(({ name }) => !before.has(name))
  return html`<h2 class="govuk-heading-m">${t('changes:change.examplesOfChange')}</h2>
    ${
      changed.length > 0 &&
      table({
        caption: t('changes:change.examplesOtherwise'),
        captionSize: 's',
        head: [t('changes:change.example'), t('changes:change.was'), t('changes:change.becomes')],
        rows: changed.map(({ example, was }) => [
          html`${example.name} ${directionTag(visit, directionOf(was, example))} ${dropAct(visit, desk, example)}`,
          html`<del>${said(visit, was)}</del>`,
          html`<ins>${said(visit, example)}</ins>`,
        ]),
      })
    }
    ${
      added.length > 0 &&
      table({
        caption: t('changes:change.examplesAdded'),
        captionSize: 's',
        head: [t('changes:change.example'), t('changes:change.expected')],
        rows: added.map((example) => [html`${example.name} ${dropAct(visit, desk, example)}`, said(visit, example)]),
      })
    }`
}

/** What is asked, and what must come out. */
const said = (visit: SignedInVisit, example: Example): Html =>
  html`${askedWords(visit, { example })}<br />${expectedWords(visit, { example })}`

function directionOf(was: Example, is: Example): Parameters<typeof directionTag>[1] {
  const rise = rankOf(is.expected.level) - rankOf(was.expected.level)
  return rise > 0 ? 'more' : rise < 0 ? 'less' : 'same-level'
}

const dropAct = ({ t, visitor }: SignedInVisit, { change }: ChangeDesk, { name }: Example): Html | undefined =>
  stateAfter(change.state, 'edit') === undefined || visitor.account.role !== 'officer'
    ? undefined
    : form(
        { action: `/changes/${change.id}/drop-example`, hidden: { revision: change.revision, name } },
        button({ text: t('changes:change.dropExample'), look: 'secondary' }),
      )
