/** The form of a choice: how much history, and the ways to read less of it. */
import { parseInstant } from '#policies/language/instant.ts'
import { choiceSchema } from '#gateway/core/choice.ts'
import type { Choice, ChoiceText, Depth } from '#gateway/core/choice.ts'
import { sectionById } from '#gateway/core/vocabulary/sections.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { checkboxes, details, input, radios, select } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import type { Visit } from '#gateway/http/web/route.ts'
import { sectionItems } from './names.ts'
import { fieldOf, hasSectionDepths, sectionDepths, sectionFields } from './section-depths.ts'

const REACHES = ['default', 'months', 'measure-start', 'release', 'transfer', 'last-read', 'date'] as const
const REACH_WORDS = {
  default: 'reachDefault',
  months: 'reachMonths',
  'measure-start': 'reachStart',
  release: 'reachRelease',
  transfer: 'reachTransfer',
  'last-read': 'reachRead',
  date: 'reachDate',
} as const
const VERSIONS = ['default', 'standing', 'all'] as const
const VERSION_WORDS = { default: 'versionsDefault', standing: 'versionsStanding', all: 'versionsAll' } as const

type Field = 'depth' | 'hide' | 'sections' | 'reveal-on' | 'reveal-meetings' | 'reach-months' | 'reach-date'

export type ReadChoice =
  { readonly kind: 'read'; readonly choice: Choice } | { readonly kind: 'wrong'; readonly errors: FieldErrors<Field> }

const WHOLE = /^\d{1,4}$/
const isDay = (text: string): boolean => text.length === 10 && parseInstant(text) !== undefined
const within = (text: string, least: number, most: number): boolean =>
  WHOLE.test(text) && Number(text) >= least && Number(text) <= most

/** What the form says, or what is wrong with it by field. Only the depths given may be chosen. */
export function readChoice({ t }: Pick<Visit, 't'>, sent: URLSearchParams, depths: readonly Depth[]): ReadChoice {
  const value = (name: string): string => sent.get(name)?.trim() ?? ''
  const depth = depths.find((known) => known === value('depth'))
  const sections = sectionDepths(sent, depths)
  const hidden = sent.getAll('hide')
  const [revealOn, meetings, reach] = [value('reveal-on'), value('reveal-meetings'), value('reach')]
  const errors: FieldErrors<Field> = {
    ...(depth === undefined ? { depth: t('inbox:choice.error.depth') } : {}),
    ...(hidden.every((id) => sectionById(id) !== undefined) ? {} : { hide: t('inbox:choice.error.section') }),
    ...(sections === undefined ? { sections: t('inbox:choice.error.sections') } : {}),
    ...(revealOn === '' || isDay(revealOn) ? {} : { 'reveal-on': t('inbox:choice.error.date') }),
    ...(meetings === '' || within(meetings, 1, 100) ? {} : { 'reveal-meetings': t('inbox:choice.error.meetings') }),
    ...(reach !== 'months' || within(value('reach-months'), 0, 1200)
      ? {}
      : { 'reach-months': t('inbox:choice.error.months') }),
    ...(reach !== 'date' || isDay(value('reach-date')) ? {} : { 'reach-date': t('inbox:choice.error.date') }),
  }
  if (depth === undefined || sections === undefined || Object.keys(errors).length > 0) return { kind: 'wrong', errors }
  const choice: ChoiceText = {
    depth,
    sections,
    optOut: hidden,
    factsOnly: sent.getAll('ways').includes('facts'),
    askMe: sent.getAll('ways').includes('ask-me'),
    ...reachOf(reach, value),
    ...versionsOf(value('versions')),
    ...revealOf(revealOn, meetings),
  }
  return { kind: 'read', choice: choiceSchema.parse(choice) }
}

type Value = (name: string) => string

function reachOf(reach: string, value: Value): Pick<ChoiceText, 'reach'> {
  if (reach === 'months') return { reach: { kind: 'months', months: Number(value('reach-months')) } }
  if (reach === 'date') return { reach: { kind: 'since-date', date: value('reach-date') } }
  const milestone = (['measure-start', 'release', 'transfer', 'last-read'] as const).find((known) => known === reach)
  return milestone === undefined ? {} : { reach: { kind: 'since', milestone } }
}

function versionsOf(text: string): Pick<ChoiceText, 'versions'> {
  const versions = (['standing', 'all'] as const).find((known) => known === text)
  return versions === undefined ? {} : { versions }
}

const revealOf = (until: string, meetings: string): Pick<ChoiceText, 'delayedReveal'> =>
  until === '' && meetings === ''
    ? {}
    : {
        delayedReveal: {
          ...(until === '' ? {} : { until }),
          ...(meetings === '' ? {} : { meetings: Number(meetings) }),
        },
      }

/** A choice as the form would have sent it. */
export function formOf({
  depth,
  sections,
  optOut,
  factsOnly,
  askMe,
  reach,
  versions,
  delayedReveal,
}: Choice): URLSearchParams {
  const sent = new URLSearchParams({ depth, versions: versions ?? 'default' })
  for (const id of optOut) sent.append('hide', id)
  for (const [id, own] of Object.entries(sections)) sent.set(fieldOf(id), own)
  if (factsOnly) sent.append('ways', 'facts')
  if (askMe) sent.append('ways', 'ask-me')
  sent.set('reveal-on', delayedReveal?.until ?? '')
  sent.set('reveal-meetings', String(delayedReveal?.meetings ?? ''))
  if (reach === undefined) return sent
  sent.set('reach', reach.kind === 'since' ? reach.milestone : reach.kind === 'months' ? 'months' : 'date')
  if (reach.kind === 'months') sent.set('reach-months', String(reach.months))
  if (reach.kind === 'since-date') sent.set('reach-date', reach.date)
  return sent
}

interface Fields {
  readonly sent: URLSearchParams
  readonly errors: FieldErrors<Field>
  readonly depths: readonly Depth[]
  /** An example beside each depth. */
  readonly hasExamples?: boolean
}

/** The fields of it. Depths above the ceiling are not listed; the ceiling is said as a sentence. */
export function choiceFields(visit: Visit, { sent, errors, depths, hasExamples }: Fields): Html {
  const { t } = visit
  const most = depths.at(-1) ?? 'D0'
  return html`${radios(t, {
      name: 'depth',
      legend: { text: t('inbox:choice.legend'), size: 'm' },
      hint: t('inbox:choice.hint'),
      error: errors.depth,
      value: sent.get('depth') ?? undefined,
      items: depths.map((depth) => ({
        value: depth,
        text: t(`inbox:depth.${depth}.name`),
        hint:
          hasExamples === true
            ? [t(`inbox:depth.${depth}.line`), ' ', t(`inbox:first.example.${depth}`)]
            : t(`inbox:depth.${depth}.line`),
      })),
    })}
    <p class="govuk-body">${t('inbox:choice.ceiling', { depth: t(`inbox:depth.${most}.name`) })}</p>
    ${checkboxes(t, {
      name: 'ways',
      legend: { text: t('inbox:choice.ways'), size: 's' },
      values: sent.getAll('ways'),
      items: [
        { value: 'facts', text: t('inbox:choice.factsOnly') },
        { value: 'ask-me', text: t('inbox:choice.askMe') },
      ],
    })}
    ${details(t('inbox:choice.sections'), sectionFields(visit, { sent, error: errors.sections, depths }), {
      isOpen: errors.sections !== undefined || hasSectionDepths(sent),
    })}
    ${details(t('inbox:choice.hide'), hideFields(visit, sent, errors), { isOpen: errors.hide !== undefined })}
    ${details(t('inbox:choice.later'), laterFields(visit, sent, errors), {
      isOpen: errors['reveal-on'] !== undefined || errors['reveal-meetings'] !== undefined,
    })}
    ${details(t('inbox:choice.past'), pastFields(visit, sent, errors), {
      isOpen: errors['reach-months'] !== undefined || errors['reach-date'] !== undefined,
    })}`
}

const hideFields = (visit: Visit, sent: URLSearchParams, errors: FieldErrors<Field>): Html =>
  checkboxes(visit.t, {
    name: 'hide',
    legend: { text: visit.t('inbox:choice.hide'), isHidden: true },
    hint: visit.t('inbox:choice.hideHint'),
    error: errors.hide,
    isSmall: true,
    values: sent.getAll('hide'),
    items: sectionItems(visit),
  })

const laterFields = ({ t }: Visit, sent: URLSearchParams, errors: FieldErrors<Field>): Html =>
  html`<p class="govuk-body">${t('inbox:choice.laterHint')}</p>
    ${input(t, {
      name: 'reveal-on',
      label: t('inbox:choice.revealOn'),
      type: 'date',
      width: 10,
      value: sent.get('reveal-on') ?? '',
      error: errors['reveal-on'],
    })}
    ${input(t, {
      name: 'reveal-meetings',
      label: t('inbox:choice.revealMeetings'),
      inputMode: 'numeric',
      width: 3,
      value: sent.get('reveal-meetings') ?? '',
      error: errors['reveal-meetings'],
    })}`

const pastFields = ({ t }: Visit, sent: URLSearchParams, errors: FieldErrors<Field>): Html =>
  html`${select(t, {
    name: 'reach',
    label: t('inbox:choice.reach'),
    value: sent.get('reach') ?? 'default',
    items: REACHES.map((value) => ({ value, text: t(`inbox:choice.${REACH_WORDS[value]}`) })),
  })}
  ${input(t, {
    name: 'reach-months',
    label: t('inbox:choice.months'),
    inputMode: 'numeric',
    width: 4,
    value: sent.get('reach-months') ?? '',
    error: errors['reach-months'],
  })}
  ${input(t, {
    name: 'reach-date',
    label: t('inbox:choice.date'),
    type: 'date',
    width: 10,
    value: sent.get('reach-date') ?? '',
    error: errors['reach-date'],
  })}
  ${select(t, {
    name: 'versions',
    label: t('inbox:choice.versions'),
    value: sent.get('versions') ?? 'default',
    items: VERSIONS.map((value) => ({ value, text: t(`inbox:choice.${VERSION_WORDS[value]}`) })),
  })}`
