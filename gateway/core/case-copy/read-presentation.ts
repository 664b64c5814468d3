/** The recipient's reading of a presentation: the projection that it says, provided that it shows no more than that. */
import type { Rung } from '#policies/language/level.ts'
import { RUNGS, rankOf } from '#policies/language/level.ts'
import { projectionSchema } from '#gateway/core/projection.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { annotationsSchema } from './annotations.ts'
import type { AnnotatedItem, Annotations } from './annotations.ts'
import { indexOf, partsFound } from './copy-index.ts'
import { membersOf, pickMembers } from './json-members.ts'
import type { Members } from './json-members.ts'
import { bodyTextOf } from './message-parts.ts'
import { readOpenClaims } from './read-copy.ts'

export interface ReadBy {
  /** Recipient type of the mandate that reads: a copy for another class is not for it. */
  readonly audienceClass: string
}

/** Problem `presentation-refused`, with what does not fit; `message-malformed` where the sender's claims are not as they must be. */
export function readPresentation(revealed: Revealed, annotations: unknown, reader: ReadBy): Result<Projection> {
  const annotated = annotationsSchema.safeParse(annotations)
  if (!annotated.success) return refused('annotations')
  const open = readOpenClaims(revealed)
  if (!open.ok) return open
  if (open.value.audienceClass !== reader.audienceClass) return refused('audience-class')
  const fault = faultOf(revealed, annotated.data, open.value.attested === 'broker')
  if (fault !== undefined) return refused(fault)
  const read = projectionSchema.safeParse(projectionText(revealed.claims, annotated.data, itemsShown(revealed)))
  return read.success ? ok(read.data) : refused('projection')
}

const refused = (code: string): ReturnType<typeof fail> =>
  fail('presentation-refused', [{ pointer: '/presentation', code }])

interface Shown {
  readonly element: Members
  readonly parts: Members
}
const itemsShown = (revealed: Revealed): readonly Shown[] => indexOf(revealed).items.map(partsFound)

/** What is shown and not accounted for, or accounted for and not shown. */
function faultOf(revealed: Revealed, annotations: Annotations, isReissued: boolean): string | undefined {
  const { claims } = revealed
  if (Object.hasOwn(claims, 'broker')) return 'for-the-gateway-alone'
  if (isReissued !== (annotations.attested === 'broker')) return 'attested'
  // Whose a copy is, its own signature says.
  if (!isReissued && annotations.sender !== undefined) return 'attested'
  const shown = itemsShown(revealed)
  if (
    !isOnceEach(
      annotations.items.map(({ element }) => element),
      shown.length,
    )
  )
    return 'items'
  const corrected = Array.isArray(claims['corrected']) ? claims['corrected'].length : 0
  if (!isOnceEach(annotations.corrected, corrected)) return 'corrected'
  for (const item of annotations.items) {
    const fault = itemFault(shown[item.element], item)
    if (fault !== undefined) return fault
  }
  const isValued = shown.some(({ parts }) => rungOf(parts) !== undefined)
  const isDated = shown.some(({ parts }) => 'exact' in parts)
  return ('valued' in claims && !isValued) || ('dated' in claims && !isDated) ? 'body' : undefined
}

const isOnceEach = (places: readonly number[], count: number): boolean =>
  places.length === count && new Set(places).size === count && places.every((place) => place < count)

const rungOf = (parts: Members): Rung | undefined => RUNGS.find((rung) => parts[rung] !== undefined)

/** Each level has its parts, and no other. */
function itemFault(shown: Shown | undefined, { level, conditions }: AnnotatedItem): string | undefined {
  if (shown === undefined) return 'items'
  const { element, parts } = shown
  const rungs = RUNGS.filter((rung) => parts[rung] !== undefined)
  const isExact = rungs[0] === 'g0' && rankOf(level) >= rankOf('current')
  const isNamed = level !== 'existence'
  const dates = ['exact', 'month'].filter((name) => name in parts)
  if ('labels' in parts) return 'for-the-gateway-alone'
  if (rungs.length !== (isNamed ? 1 : 0) || isNamed !== 'name' in parts) return 'level'
  if (isExact !== 'exact' in parts || ('detail' in parts && !isExact) || dates.length > 1) return 'precision'
  if ('supersedes' in parts && !isNamed) return 'level'
  const own: readonly unknown[] = Array.isArray(element['conditions']) ? element['conditions'] : []
  return own.every((name) => typeof name === 'string' && conditions.includes(name)) ? undefined : 'conditions-shed'
}

function projectionText(claims: Members, annotations: Annotations, shown: readonly Shown[]): Members {
  const { items, corrected, earlier: _earlier, caseId, sender, ...own } = annotations
  const about = membersOf(claims['about'])
  const ids: readonly unknown[] = Array.isArray(claims['corrected']) ? claims['corrected'] : []
  return {
    sch: 'passerelle-projection/1',
    ...own,
    ...pickMembers(about, ['kind', 'purpose', 'inReplyTo']),
    sender: sender ?? String(claims['iss']).split('/').at(-1),
    caseId: caseId ?? claims['caseHandle'],
    body: {
      ...bodyTextOf(claims),
      ...('corrected' in claims ? { corrected: corrected.map((place) => ids[place]) } : {}),
    },
    items: items.map((item) => itemText(shown[item.element], item)),
  }
}

function itemText(shown: Shown | undefined, { level, past, conditions }: AnnotatedItem): Members {
  const { element, parts } = shown ?? { element: {}, parts: {} }
  const part = (name: string): Members => membersOf(parts[name])
  const rung = rungOf(parts)
  const isExact = 'exact' in parts
  const dates = isExact ? part('exact') : 'month' in parts ? part('month') : element
  const { disputed, service, ...name } = part('name')
  const { method, ...detail } = part('detail')
  return {
    ...pickMembers(element, ['section', 'record', 'at']),
    level,
    past,
    ...pickMembers(dates, ['observedAt']),
    author: { role: element['role'], ...(service === undefined ? {} : { service }) },
    quality: {
      ...pickMembers(dates, ['asOf', 'validUntil']),
      generalised: !isExact,
      ...pickMembers(element, ['completeness', 'source', 'information']),
      ...(method === undefined ? {} : { method }),
    },
    marking: {
      ...pickMembers(element, ['handling', 'tlp', 'originator', 'releaseUntil']),
      classification: element['classification'] === 'non-protege' ? 'non-protege' : 'diffusion-restreinte',
      conditions,
    },
    ...(rung === undefined ? {} : { rung, value: parts[rung] }),
    ...name,
    ...(disputed === true ? { disputed } : {}),
    ...pickMembers(parts, ['supersedes']),
    ...detail,
  }
}
