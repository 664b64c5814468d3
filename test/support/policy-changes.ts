/** A store with the France pack in force, officers with passkeys, and a clock that can be moved: where changes of policy are made without a page. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteStore } from '#adapters/store/open.ts'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import { shippedPack } from '#cli/wire-changes.ts'
import { cellAt } from '#policies/engine/cell.ts'
import { editOf, withCell } from '#policies/engine/cell-change.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { LogLine } from '#test/support/gateway.ts'
import type { Effect } from '#gateway/ports/changes.ts'
import type { Store } from '#gateway/ports/store.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import { approveChange, hashToSubmit, submitChange } from '#gateway/rooms/change-approval.ts'
import { draftSet, openDraft, putEdit } from '#gateway/rooms/change-policy.ts'
import type { ChangeOutcome, Changing, Officer } from '#gateway/rooms/change-outcome.ts'
import type { ProofGiven } from '#gateway/rooms/change-signatures.ts'
import type { ReplayDeps } from '#gateway/rooms/replay-policy.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import { aPasskey } from '#test/support/passkey.ts'
import type { TestPasskey } from '#test/support/passkey.ts'

const ORIGIN = 'http://localhost:1'
export const FRANCE_TEXT = readFileSync(join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json'), 'utf8')

export interface Signer extends Officer {
  readonly passkey: TestPasskey
  readonly sign: (hash: string) => ProofGiven
}

export interface ChangeWorld extends AsyncDisposable {
  readonly deps: ReplayDeps
  readonly store: Store
  readonly log: readonly LogLine[]
  readonly author: Signer
  readonly approver: Signer
  readonly now: () => number
  readonly advance: (ms: number) => void
  /** What the judging says from now on. */
  readonly judge: (how: Changing['judgeApart']) => void
  readonly draft: (title?: string) => Promise<PolicyChange>
  /** With one cell narrowed. */
  readonly edited: (changes?: Partial<CellEdit>) => Promise<PolicyChange>
  readonly submitted: (change?: PolicyChange) => Promise<PolicyChange>
  readonly approved: (change?: PolicyChange) => Promise<PolicyChange>
  readonly digestInForce: () => Promise<string | undefined>
  readonly acts: () => Promise<readonly string[]>
}

export const AGREED: Changing['judgeApart'] = async () => ({ asked: 1, levels: {}, errors: 0, disagreements: [] })

export const done = (outcome: ChangeOutcome): PolicyChange => {
  assert.equal(outcome.kind, 'done', JSON.stringify(outcome))
  assert.ok(outcome.kind === 'done')
  return outcome.change
}

export const codeOf = (outcome: { readonly kind: string; readonly code?: string }): string =>
  outcome.kind === 'refused' ? (outcome.code ?? '') : outcome.kind

/** That cell of the set at that level, as an officer would say it. */
export const cellEdit = (set: PolicySet, at: number, changes: Partial<CellEdit> = {}): CellEdit => {
  const key = { recipientType: 'PS', section: 'family', ...changes }
  const view = cellAt(set, { recipientType: key.recipientType, section: key.section }, at)
  const given = { reason: 'No longer needed for this work.', reviewAt: at + 1000, at }
  return { ...editOf(view, given), level: 'existence', ...changes }
}

const NO_MEMBERS = { mandates: [], participants: [], edges: [] } as unknown as Registry

export async function openChangeWorld(registry: Registry = NO_MEMBERS): Promise<ChangeWorld> {
  const store = await openSqliteStore(':memory:')
  let ahead = 0
  const from = Date.now()
  const now = (): number => from + ahead
  const log: LogLine[] = []
  const write =
    (level: LogLine['level']) =>
    (event: string, fields: LogLine['fields'] = {}): void => {
      log.push({ level, event, fields })
    }
  let judging = AGREED
  const deps: ReplayDeps = {
    store,
    clock: now,
    newId: randomUUID,
    log: { info: write('info'), warn: write('warn'), alarm: write('alarm') },
    registry: () => registry,
    changing: {
      judgeApart: (text) => judging(text),
      shipped: async () => [],
      shippedPack,
      verifyEvidence,
      inventedCases: async () => [],
    },
  }
  const activated = await activatePolicy({ ...deps, judgeApart: AGREED }, FRANCE_TEXT, 'test', 'operator')
  assert.equal(activated.kind, 'in-force')
  const [author, approver] = [await aSigner(store, 'Author'), await aSigner(store, 'Approver')]
  const draft: ChangeWorld['draft'] = async (title = 'Family to PS') =>
    done(await openDraft(deps, { officer: author, title }))
  const edited: ChangeWorld['edited'] = async (changes = {}) => {
    const change = await draft()
    const set = (await draftSet(store.read, change)) ?? assert.fail('no draft')
    const cell = cellEdit(set, now(), changes)
    const { recipientType, section, reason } = cell
    const said = { recipientType, section, reason, was: { en: 'was', fr: 'était' }, is: { en: 'is', fr: 'est' } }
    const edit = { ...said, cell }
    return done(await putEdit(deps, change, { officer: author, set: withCell(set, cell), edit }))
  }
  const submitted: ChangeWorld['submitted'] = async (given) => {
    const change = given ?? (await edited())
    await lookedAt(store, change, { id: author.id, name: author.name })
    return done(
      await submitChange(deps, change, { officer: author, proof: author.sign(await hashToSubmit(deps, change)) }),
    )
  }
  const approved: ChangeWorld['approved'] = async (given) => {
    const change = given ?? (await submitted())
    return done(await approveChange(deps, change, { officer: approver, proof: approver.sign(changeHash(change)) }))
  }
  return {
    deps,
    store,
    log,
    author,
    approver,
    now,
    advance: (ms) => {
      ahead += ms
    },
    judge: (how) => {
      judging = how
    },
    draft,
    edited,
    submitted,
    approved,
    digestInForce: () => store.read.policies.digestInForce(),
    acts: async () => (await store.read.audit.rows(1, 1000)).map(({ event }) => event.act),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

/** An effect of exactly this draft, done and looked at, where none was run: what runs and looks come to. */
export async function lookedAt(store: Store, change: PolicyChange, by: Officer): Promise<void> {
  if ((await store.read.changes.effects(change.id)).length > 0) return
  const { base, result } = change
  const at = change.changedAt
  const effect: Effect = {
    id: randomUUID(),
    changeId: change.id,
    scope: 'invented',
    base,
    result,
    by: by.id,
    from: at,
    until: at,
    startedAt: at,
    state: 'done',
    position: 0,
    last: 0,
    counts: { replayed: 0, different: 0, more: 0, less: 0 },
    cells: [],
    leftOut: {},
    examples: [],
    errors: [],
    looks: [{ account: by.id, name: by.name, at }],
  }
  await store.transaction((tx) => tx.changes.putEffect(effect))
}

/** An officer of that store. */
export async function aSigner(store: Store, name: string): Promise<Signer> {
  const id = randomUUID()
  const passkey = aPasskey(ORIGIN)
  await store.transaction(async (tx) => {
    await tx.people.putAccount({ id, name, role: 'officer', organisation: 'pairs-paris' as OrganisationId, from: 0 })
    await tx.people.addCredential(passkey.credential(id))
  })
  const sign = (hash: string): ProofGiven => ({
    credentialId: passkey.id,
    evidence: passkey.answer({ challenge: Buffer.from(hash, 'hex').toString('base64url'), rpId: 'localhost' }),
    origin: ORIGIN,
  })
  return { id, name, passkey, sign }
}
