/** P10, versions: what was in force, who signed it, any two compared, and the way back to one of them. */
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import {
  button,
  buttonGroup,
  dateTime,
  details,
  errorSummary,
  form,
  insetText,
  link,
  linkButton,
  pagination,
  select,
  table,
  tag,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { awaitedAdoption, beginAdoption } from '#gateway/rooms/adopt-version.ts'
import { openDraft } from '#gateway/rooms/change-policy.ts'
import { compareVersions, listVersions, VERSIONS_A_PAGE } from '#gateway/rooms/read-changes.ts'
import type { VersionRead, VersionsRead } from '#gateway/rooms/read-changes.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { pick } from '#gateway/http/web/words.ts'
import type { Origin } from '#gateway/rooms/policy-origin.ts'
import { adoptionAct } from './adoption.ts'
import { officerOf } from './change-answer.ts'
import { printInstant } from '#policies/language/instant.ts'
import { findsIn, isFile, isFiltered, listFile, listTools } from './lists.ts'
import { cellName, directionTag, wasAndBecomes } from './change-parts.ts'

export const versionsPage = (visit: SignedInVisit): Promise<WebAnswer> => shown(visit, {}, 200)

async function shown(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { t, deps, visitor, query } = visit
  const skip = Number(/^\d{1,6}$/.exec(query.get('after') ?? '')?.[0] ?? 0)
  const { all, shown: versions } = await listVersions(deps, { skip, isFound: isFoundIn(visit) })
  if (isFile(visit)) return versionsFile(visit, versions)
  const isOfficer = visitor.account.role === 'officer'
  const body = html`${errorSummary(t, errors)}
    <p class="govuk-body">${t('changes:versions.intro')}</p>
    ${await adoption(visit, all[0])}
    ${
      all.length === 0
        ? html`<p class="govuk-body">${t('changes:versions.empty')}</p>`
        : html`${listTools(visit, { shown: versions.length })} ${versions.length > 0 && list(visit, versions)}
          ${!isFiltered(visit) && pages(visit, skip, all.length)} ${all.length > 1 && compareForm(visit, all)}`
    }
    ${isOfficer && buttonGroup(linkButton({ text: t('changes:list.withhold'), href: '/versions/withhold', look: 'warning' }))}`
  return page({ title: t('changes:versions.title'), body, area: areaOf(visit) }, { status })
}

/** Of the version in force. */
async function adoption(visit: SignedInVisit, inForce: VersionsRead['all'][number] | undefined): Promise<Shown> {
  const awaited = inForce === undefined ? undefined : await awaitedAdoption(visit.deps, inForce.digest)
  if (inForce === undefined || awaited === undefined) return undefined
  return html`<p class="govuk-body">${visit.t('changes:adoption.awaited', { version: inForce.version })}</p>
    ${adoptionAct(visit, inForce, awaited)}`
}

const areaOf = ({ visitor }: SignedInVisit): string => (visitor.account.role === 'officer' ? 'changes' : 'versions')

/** By its number, or by how it begins in digits. */
function isFoundIn(visit: SignedInVisit): ((version: VersionsRead['all'][number]) => boolean) | undefined {
  const finds = findsIn(visit)
  return isFiltered(visit) || isFile(visit) ? ({ version, digest }) => finds(version, digest) : undefined
}

const versionsFile = (visit: SignedInVisit, versions: readonly VersionRead[]): WebAnswer => {
  const { t } = visit
  const heads = ['version', 'digest', 'since', 'standing', 'effect'] as const
  return listFile(
    'versions',
    heads.map((head) => t(`changes:versions.${head}`)),
    versions.map(({ version: { version, digest, activatedAt }, origin }) => [
      version,
      digest,
      printInstant(activatedAt),
      t(`changes:versions.standings.${origin.kind}`),
      effectThen(visit, origin) ?? '',
    ]),
  )
}

const pages = ({ t }: SignedInVisit, skip: number, all: number): Html | undefined =>
  pagination(t, {
    ...(skip > 0 ? { previous: `/versions?after=${Math.max(0, skip - VERSIONS_A_PAGE)}` as const } : {}),
    ...(skip + VERSIONS_A_PAGE < all ? { next: `/versions?after=${skip + VERSIONS_A_PAGE}` as const } : {}),
  })

const list = (visit: SignedInVisit, versions: readonly VersionRead[]): Html => {
  const { t, visitor } = visit
  const isOfficer = visitor.account.role === 'officer'
  return table({
    caption: t('changes:versions.title'),
    isCaptionHidden: true,
    head: [
      t('changes:versions.version'),
      t('changes:versions.since'),
      t('changes:versions.by'),
      t('changes:versions.change'),
      t('changes:versions.effect'),
      ...(isOfficer ? [{ text: t('changes:versions.returnTo'), isHidden: true }] : []),
    ],
    rows: versions.map(({ version, isInForce, origin }): readonly Shown[] => [
      html`${link(version.version, `/policy?version=${version.digest}`)}
      ${isInForce && tag(t('changes:versions.inForce'), 'green')}`,
      dateTime(visit, version.activatedAt),
      signedBy(visit, origin),
      'change' in origin && origin.kind !== 'returned-to' ? changeThen(visit, origin.change) : undefined,
      effectThen(visit, origin),
      ...(isOfficer ? [isInForce ? undefined : returnForm(visit, version)] : []),
    ]),
  })
}

/** The change by its title, and folded what it says of each cell. */
const changeThen = ({ t, language }: SignedInVisit, { id, title, edits }: PolicyChange): Html =>
  html`${link(isolated(title), `/changes/${id}`)}
  ${
    edits.length > 0 &&
    details(
      html`${t('changes:versions.says')}<span class="govuk-visually-hidden"> ${isolated(title)}</span>`,
      html`${edits.map(({ is }) => html`<p class="govuk-body-s">${pick(language, is)}</p>`)}`,
    )
  }`

/** As both officers signed it. */
const effectThen = ({ t }: SignedInVisit, origin: Origin): string | undefined =>
  origin.kind === 'approved' && origin.change.effect !== undefined
    ? t('changes:approval.effectSum', origin.change.effect.counts)
    : undefined

function signedBy({ t }: SignedInVisit, origin: Origin): Shown {
  switch (origin.kind) {
    case 'approved':
      return t(origin.change.kind === 'adoption' ? 'changes:versions.adopted' : 'changes:versions.two', {
        author: isolated(origin.by[0]),
        approver: isolated(origin.by[1]),
      })
    case 'emergency':
      return tag(t('changes:versions.emergency', { name: isolated(origin.by) }), 'orange')
    case 'returned-to':
      return t('changes:versions.undone')
    case 'shipped':
    case 'file':
      return t(`changes:versions.${origin.kind}`)
    case 'altered':
      return tag(t('changes:versions.altered'), 'red')
    default:
      return origin satisfies never
  }
}

const returnForm = ({ t }: SignedInVisit, { digest, version }: VersionRead['version']): Html =>
  form(
    { action: '/versions/return', hidden: { digest, version } },
    button({
      text: html`${t('changes:versions.returnTo')} <span class="govuk-visually-hidden">${version}</span>`,
      look: 'secondary',
    }),
  )

const compareForm = ({ t, query }: SignedInVisit, versions: VersionsRead['all']): Html => {
  const items = versions.map(({ digest, version }) => ({ value: digest, text: version }))
  return form(
    { action: '/versions/compare', method: 'get' },
    html`<h2 class="govuk-heading-m">${t('changes:versions.compare')}</h2>`,
    select(t, {
      name: 'from',
      label: t('changes:versions.from'),
      value: query.get('from') ?? items[1]?.value,
      items,
    }),
    select(t, { name: 'to', label: t('changes:versions.to'), value: query.get('to') ?? items[0]?.value, items }),
    button({ text: t('changes:versions.compareButton'), look: 'secondary' }),
  )
}

export async function comparePage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, query } = visit
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? '']
  const compared = await compareVersions(deps, from, to)
  if (compared === undefined) return shown(visit, { from: t('changes:versions.unknown') }, 422)
  const { cells, parts } = compared
  const others = parts.map((part) => t(`changes:versions.parts.${part}`)).join(', ')
  const body = html`${cells.length === 0 && insetText(t('changes:versions.same'))}
  ${others !== '' && html`<p class="govuk-body">${t('changes:versions.others', { parts: others })}</p>`}
  ${cells.map(
    (cell) =>
      html`<section class="change-edit">
        <h2 class="govuk-heading-s">${cellName(visit, cell)} ${directionTag(visit, cell.direction)}</h2>
        ${wasAndBecomes(visit, cell)}
      </section>`,
  )}
  ${compareForm(visit, await deps.store.read.policies.versions())}`
  return page({
    title: t('changes:versions.compareTitle', { from: compared.from, to: compared.to }),
    body,
    area: areaOf(visit),
    back: { href: '/versions', text: t('changes:versions.title') },
  })
}

/** A draft with what that version said: its effect is looked at and another officer approves it, as of any other. */
export async function returnPost(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, form: sent } = visit
  const opened = await openDraft(deps, {
    officer: officerOf(visit),
    title: t('changes:versions.returnTitle', { version: sent.get('version') ?? '' }),
    returnsTo: sent.get('digest') ?? '',
  })
  if (opened.kind === 'done') return redirect(`/changes/${opened.change.id}`)
  return shown(visit, { main: t('changes:refused.version-unknown') }, 422)
}

/** The version in force as it stands: its page shows it, another officer signs the same. */
export async function adoptPost(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, form: sent } = visit
  const begun = await beginAdoption(deps, {
    officer: officerOf(visit),
    digest: sent.get('digest') ?? '',
    title: t('changes:adoption.title', { version: sent.get('version') ?? '' }),
  })
  if (begun.kind === 'done') return redirect(`/changes/${begun.change.id}`)
  const code = begun.kind === 'refused' ? begun.code : 'overtaken'
  return shown(visit, { main: t(`changes:refused.${code}`) }, 422)
}
