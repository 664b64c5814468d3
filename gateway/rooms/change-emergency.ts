/** Everything withheld from one recipient, by one officer, at once; another officer looks at it within 72 hours. */
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { printPolicy } from '#policies/language/text.ts'
import { nextVersion, REVIEW_MS } from '#gateway/core/policy-change.ts'
import type { PolicyChange, WithheldFrom } from '#gateway/core/policy-change.ts'
import { oneLineOf } from '#gateway/core/one-line.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { activatePolicy } from './activate-policy.ts'
import { digestOfSet, setOf } from './change-draft.ts'
import { changeEvent, refused, write } from './change-outcome.ts'
import type { ChangeOutcome, Officer, Read } from './change-outcome.ts'
import { LEAST_REASON_CHARS } from './change-policy.ts'
import { keepSignature, signatureOf, signedEvent } from './change-signatures.ts'
import type { ProofGiven } from './change-signatures.ts'
import type { ReplayDeps } from './replay-policy.ts'

export interface ToWithhold {
  readonly officer: Officer
  readonly from: WithheldFrom
  readonly reason: string
}

export type Prepared =
  | {
      readonly kind: 'prepared'
      readonly change: PolicyChange
      readonly text: string
      readonly kept: readonly string[]
    }
  | Extract<ChangeOutcome, { kind: 'refused' }>

/** The change that would be made, for its officer to sign: its id is given, so that the page that asks and the one that acts speak of the same. */
export async function prepareWithholding(
  deps: ReplayDeps,
  id: string,
  { officer, from, reason: text }: ToWithhold,
): Promise<Prepared> {
  const reason = text.trim()
  if (oneLineOf(reason).length < LEAST_REASON_CHARS) return refused('reason-short')
  const inForce = await deps.store.read.policies.inForce()
  const base = inForce === undefined ? undefined : await setOf(deps.store.read, inForce.digest)
  if (inForce === undefined || base === undefined) return refused('version-unknown')
  const types = typesOf(base, deps.registry(), from)
  if (types.length === 0) return refused('recipient-unknown')
  const kept = keptOpen(base, types)
  const version = nextVersion(inForce.version)
  const rule = closing(base, { from, types, kept, reason, id: `emergency.${version}` })
  const set = { ...base, version, rules: [...base.rules, rule] }
  const at = deps.clock()
  const change: PolicyChange = {
    id,
    revision: 1,
    kind: 'emergency',
    state: 'in-force',
    title: oneLineOf(reason.slice(0, LONGEST_TITLE)),
    authors: [officer.id],
    base: inForce.digest,
    result: digestOfSet(set),
    version,
    edits: [],
    withheldFrom: from,
    examples: [],
    start: { kind: 'now' },
    submissions: 1,
    createdAt: at,
    changedAt: at,
    submittedAt: at,
    startedAt: at,
    reviewDueAt: at + REVIEW_MS,
  }
  return { kind: 'prepared', change, text: printPolicy(set), kept }
}

const LONGEST_TITLE = 500

/** Recipient types that are meant, of those that the set knows. */
function typesOf({ vocabulary }: PolicySet, { mandates }: Registry, from: WithheldFrom): readonly string[] {
  const types =
    from.organisation === undefined
      ? [from.recipientType ?? '']
      : mandates.filter(({ organisation }) => organisation === from.organisation).map(({ type }) => type)
  return [...new Set(types)].filter((type) => vocabulary.recipientTypes.includes(type))
}

/** Sections that the law keeps open to any of them: nobody can close those, not even so. */
const keptOpen = ({ statutes }: PolicySet, types: readonly string[]): readonly string[] => [
  ...new Set(
    statutes.flatMap((statute) =>
      statute.kind === 'mandatory' && types.includes(statute.recipientType) ? [statute.section] : [],
    ),
  ),
]

interface ToClose {
  readonly from: WithheldFrom
  readonly types: readonly string[]
  readonly kept: readonly string[]
  readonly reason: string
  readonly id: string
}

/** Of an organisation: mandates of all types but those to which the law keeps something open, unless it has such a mandate itself. */
function closing({ vocabulary, statutes }: PolicySet, { from, types, kept, reason, id }: ToClose): Rule {
  const { organisation } = from
  const bound = new Set(statutes.flatMap((one) => (one.kind === 'mandatory' ? [one.recipientType] : [])))
  const values = vocabulary.recipientTypes.filter((type) => types.includes(type) || !bound.has(type))
  const who =
    organisation === undefined
      ? [{ attribute: 'recipient.type', values: types }]
      : [
          { attribute: 'recipient.organisation', values: [organisation] },
          { attribute: 'recipient.type', values },
        ]
  const sections = vocabulary.sections.filter((section) => !kept.includes(section))
  return {
    id,
    effect: 'limit',
    who,
    what: kept.length === 0 ? [] : [{ attribute: 'item.section', values: sections }],
    when: [],
    upTo: 'nothing',
    omission: 'silent',
    conditions: [],
    rungs: {},
    bases: [],
    reason,
  }
}

/** In force when this resolves; the version, the change, the signature and the audit rows in one transaction. */
export async function withholdEverything(
  deps: ReplayDeps,
  id: string,
  { proof, ...toWithhold }: ToWithhold & { readonly proof: ProofGiven },
): Promise<ChangeOutcome> {
  const prepared = await prepareWithholding(deps, id, toWithhold)
  if (prepared.kind === 'refused') return prepared
  const { change, text } = prepared
  const { officer } = toWithhold
  const signature = await signatureOf(deps, { change, officer, as: 'submit', given: proof })
  if (signature === undefined) return refused('proof-refused')
  const activating = {
    ...deps,
    judgeApart: deps.changing.judgeApart,
    replaces: { digest: change.base },
    alongside: async (tx: Parameters<typeof keepSignature>[0]) => {
      await tx.changes.add(change)
      await tx.audit.append(changeEvent(change, signedEvent(change, signature)))
      await keepSignature(tx, signature)
      return true
    },
  }
  try {
    const { kind } = await activatePolicy(activating, text, 'an emergency', officer.id)
    if (kind === 'in-force') {
      deps.log.alarm('everything is withheld from a recipient', { change: change.id })
      return { kind: 'done', change }
    }
    return refused(kind === 'overtaken' ? 'overtaken' : kind === 'faulty' ? 'set-faulty' : 'engines-disagree')
  } catch {
    return refused('not-judged')
  }
}

/** Another officer has looked at it, and says so with a signature; lifting it is a change of its own. */
export async function reviewEmergency(
  deps: ReplayDeps,
  { id, revision }: Read,
  { officer, proof }: { readonly officer: Officer; readonly proof: ProofGiven },
): Promise<ChangeOutcome> {
  const change = await deps.store.read.changes.get(id)
  if (change?.kind !== 'emergency') return refused('not-found')
  if (change.revision !== revision) return { kind: 'stale', change }
  if (change.reviewedAt !== undefined) return refused('out-of-turn')
  if (change.authors.includes(officer.id)) return refused('own-change')
  const at = deps.clock()
  const next: PolicyChange = { ...change, revision: revision + 1, changedAt: at, reviewedAt: at }
  const signature = await signatureOf(deps, { change: next, officer, as: 'review', given: proof })
  if (signature === undefined) return refused('proof-refused')
  return write(deps, next, signedEvent(next, signature), (tx) => keepSignature(tx, signature))
}
