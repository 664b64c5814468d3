/** P6, examples: what must come out of a policy, asked of it now; kept from what somebody saw, or taken back from a draft. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import { examplesOf } from '#gateway/rooms/see-as.ts'
import { forgetExample, keepExamples, readExamples } from '#gateway/rooms/read-examples.ts'
import type { ExamplesRead, RunExample } from '#gateway/rooms/read-examples.ts'
import { readPolicy } from '#gateway/rooms/read-policy.ts'
import { printDay } from '#policies/language/instant.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { button, details, form, insetText, link, table, tag, warningText } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { versionLine } from './matrix.ts'
import { levelWord } from './names.ts'
import { findsIn, isFile, listFile, listTools } from './lists.ts'
import { ALL_SECTIONS } from './keep-example.ts'
import { askedOf, purposeIn } from './see-as-asked.ts'

const NOT_FOUND: WebAnswer = { kind: 'problem', problem: { code: 'not-found' } }

export async function examplesPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps } = visit
  const version = visit.query.get('version') ?? ''
  const read = await readExamples(deps, version === '' ? undefined : version)
  if (read === undefined) return NOT_FOUND
  const found = { ...read, run: examplesIn(visit, read.run) }
  if (isFile(visit)) return examplesFile(visit, found.run)
  const body = html`${versionLine(visit, read.policy)}
    ${
      read.failing > 0
        ? warningText(t, t('console:examples.failing', { count: read.failing }))
        : insetText(
            read.run.length === 0
              ? t('console:examples.none')
              : t('console:examples.passing', { count: read.run.length }),
          )
    }
    <p class="govuk-body">${link(t('console:examples.fromSeeAs'), '/see-as')}</p>
    ${read.run.length > 0 && listTools(visit, { shown: found.run.length, kept: ['version'] })}
    ${examplesShown(visit, found)}`
  return page({
    title: t('console:matrix.examples'),
    body,
    area: 'policy',
    isWide: true,
    back: { href: '/policy', text: t('console:map.back') },
  })
}

function examplesIn(visit: SignedInVisit, run: readonly RunExample[]): readonly RunExample[] {
  const finds = findsIn(visit)
  return run.filter((one) => finds(one.example.name, ...askedTexts(visit, one)))
}

const examplesFile = (visit: SignedInVisit, run: readonly RunExample[]): WebAnswer => {
  const { t } = visit
  return listFile(
    'examples',
    [
      t('console:examples.name'),
      t('console:filter.recipient'),
      t('console:matrix.section'),
      t('console:list.day'),
      t('console:examples.expected'),
      t('console:examples.result'),
    ],
    run.map((one) => [
      one.example.name,
      ...askedTexts(visit, one),
      levelWord(t, one.example.expected.level),
      t(`console:examples.${one.isOutdated ? 'outdated' : one.outcome.wrong.length === 0 ? 'passes' : 'fails'}`),
    ]),
  )
}

const MOST_AT_ONCE = 20

/** What fails and what the draft brings first; of many, the rest is folded away. */
function examplesShown(visit: SignedInVisit, read: ExamplesRead): Html | undefined {
  const { run } = read
  if (run.length === 0) return undefined
  const isFirst = ({ outcome, isOfDraft }: RunExample): boolean => outcome.wrong.length > 0 || isOfDraft
  const rest = run.filter((one) => !isFirst(one))
  if (run.length <= MOST_AT_ONCE) return examplesTable(visit, read)
  const first = run.filter(isFirst)
  return html`${first.length > 0 && examplesTable(visit, { ...read, run: first })}
  ${details(visit.t('console:examples.others', { count: rest.length }), examplesTable(visit, { ...read, run: rest }), {
    id: 'others',
  })}`
}

function examplesTable(visit: SignedInVisit, { run, policy }: ExamplesRead): Html {
  const { t } = visit
  const isWritable =
    visit.visitor.account.role === 'officer' &&
    (policy.change?.state === 'draft' || policy.change?.state === 'sent-back')
  return table({
    caption: t('console:examples.caption'),
    head: [
      t('console:examples.name'),
      t('console:examples.asked'),
      t('console:examples.expected'),
      t('console:examples.result'),
    ],
    rows: run.map((one) => [
      one.example.name,
      askedWords(visit, one),
      expectedWords(visit, one),
      html`${resultWords(visit, one)} ${isWritable && one.isOfDraft && dropForm(visit, policy.change?.id ?? '', one)}`,
    ]),
  })
}

/** What is asked: recipient, section and day. */
export const askedWords = (visit: SignedInVisit, one: Pick<RunExample, 'example'>): Shown =>
  askedTexts(visit, one).join(' · ')

/** Recipient, section and day. */
function askedTexts(
  { language, t }: SignedInVisit,
  { example: { question, item } }: Pick<RunExample, 'example'>,
): readonly [string, string, string] {
  const type = question.facts['recipient.type']
  return [
    typeof type === 'string' ? typeName(language, type) : t('console:examples.anybody'),
    sectionName(language, String(item.facts['section'])),
    printDay(question.at),
  ]
}

/** Must, or must not, and how much. */
export function expectedWords({ t }: SignedInVisit, { example: { expected } }: Pick<RunExample, 'example'>): Shown {
  return expected.level === 'nothing'
    ? t('console:examples.mustNot')
    : t('console:examples.must', { level: levelWord(t, expected.level) })
}

function resultWords({ t, language }: SignedInVisit, { outcome, why, isOutdated, isOfDraft }: RunExample): Html {
  const draft = isOfDraft && tag(t('console:mark.draft'), 'yellow')
  if (isOutdated) return html`${tag(t('console:examples.outdated'), 'grey')} ${draft}`
  if (outcome.wrong.length === 0) return html`${tag(t('console:examples.passes'), 'green')} ${draft}`
  return html`${tag(t('console:examples.fails'), 'red')} ${draft}
    <p class="govuk-body">${t('console:examples.got', { level: levelWord(t, outcome.ceiling.level) })}</p>
    <p class="govuk-body small" lang="${language === 'fr' ? 'fr' : 'en'}">${pick(language, why)}</p>`
}

const dropForm = ({ t }: SignedInVisit, draft: string, { example: { name } }: RunExample): Html =>
  form(
    { action: '/examples/drop', hidden: { version: draft, name } },
    button({ text: t('console:examples.drop'), look: 'secondary' }),
  )

/** Keeps what the recipient gets of one section, or of each that the case has, as it is now under the version that was looked at. */
export async function keepPost(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, form: sent, visitor, t } = visit
  const asked = askedOf(sent, deps.clock())
  const policy = await readPolicy(deps, asked.version === '' ? undefined : asked.version)
  const chosen = (await deps.changing.inventedCases(asked.at)).find(({ id }) => id === asked.caseId)
  if (policy === undefined || chosen === undefined) return NOT_FOUND
  const examples = await examplesOf({
    caseId: chosen.id,
    set: policy.set,
    digest: policy.digest,
    of: { items: chosen.items, facts: chosen.facts, rest: { caseId: chosen.id } },
    recipientType: asked.recipientType,
    ...(asked.role === '' ? {} : { role: asked.role }),
    depth: asked.depth,
    at: asked.at,
    ...purposeIn(policy.set, asked),
    requested: asked.hasAsked ? policy.set.vocabulary.sections : [],
  })
  const section = sent.get('section')
  const wanted = examples.filter(({ item }) => section === ALL_SECTIONS || item.facts['section'] === section)
  if (wanted.length === 0) return NOT_FOUND
  const kept = await keepExamples(deps, {
    officer: visitor.account,
    examples: wanted,
    draft: policy.change?.id,
    title: t('console:examples.draftTitle'),
  })
  return kept.kind === 'done' ? redirect(`/examples?version=${kept.change.id}`) : refusedPage(visit)
}

export async function dropPost(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, form: sent, visitor } = visit
  const draft = sent.get('version') ?? ''
  const dropped = await forgetExample(deps, { officer: visitor.account, draft, name: sent.get('name') ?? '' })
  return dropped.kind === 'done' ? redirect(`/examples?version=${dropped.change.id}`) : refusedPage(visit)
}

const refusedPage = ({ t }: SignedInVisit): WebAnswer =>
  page(
    {
      title: t('console:examples.refusedTitle'),
      body: html`<p class="govuk-body">${t('console:cell.refused')}</p>`,
      area: 'policy',
      back: { href: '/examples', text: t('console:matrix.examples') },
    },
    { status: 409 },
  )
