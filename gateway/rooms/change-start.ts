/** A change that two officers signed comes into force, by hand or at its date, and may be undone within a quarter of an hour. */
import type { Agreement } from '#policies/engine/agreement.ts'
import { printPolicy } from '#policies/language/text.ts'
import { isUndoable, lapsesAt } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { activatePolicy } from './activate-policy.ts'
import type { ActivateDeps, Activated } from './activate-policy.ts'
import { keepAdoption } from './adopt-version.ts'
import { failingIn, made } from './change-draft.ts'
import { after, changeEvent, found, refused, staleOf, write } from './change-outcome.ts'
import type { ChangeDeps, ChangeOutcome, Officer, Read } from './change-outcome.ts'
import { fourEyes } from './change-signatures.ts'

/** By an officer now. */
export async function startChange(deps: ChangeDeps, read: Read, officer: Officer): Promise<ChangeOutcome> {
  const toStart = await found(deps, read, 'start')
  if (toStart.kind !== 'found') return toStart
  // What was approved for a date begins at that date.
  if (toStart.change.state === 'scheduled') return refused('out-of-turn')
  return putInForce(deps, toStart.change, officer.id)
}

/**
 * Version, log leaf, audit row and change in one transaction. Where the version does not load, the one before stays in force, the change
 * goes back, and the officers that were told are named in it.
 */
export async function putInForce(deps: ChangeDeps, change: PolicyChange, actor: string): Promise<ChangeOutcome> {
  const at = deps.clock()
  if (at >= (lapsesAt(change) ?? 0)) return refused('lapsed')
  if ((await fourEyes(deps, change)) === undefined) return faultWith(deps, change, 'unsigned')
  const making = await made(deps.store.read, change)
  if (making.kind === 'refused' || making.digest !== change.result) return faultWith(deps, change, 'version-unknown')
  if ((await failingIn(deps, deps.store.read, change, making.set)) !== undefined)
    return faultWith(deps, change, 'examples-failing')
  const next = after(change, 'start', { startedAt: at, at })
  const activated =
    change.kind === 'adoption'
      ? await keepAdoption(deps, next, actor)
      : await activate(deps, {
          text: printPolicy(making.set),
          replaces: change.base,
          actor,
          next,
          act: 'change-started',
        })
  if (activated === 'in-force') return { kind: 'done', change: next }
  if (activated !== 'overtaken') return faultWith(deps, change, activated)
  const isSame = (await deps.store.read.policies.digestInForce()) === change.base
  return isSame ? staleOf(deps, change.id) : refused('overtaken')
}

interface Activating {
  readonly text: string
  readonly replaces: string
  readonly actor: string
  /** The change as it is once this is done. */
  readonly next: PolicyChange
  readonly act: string
}

type Activation = 'in-force' | 'overtaken' | 'set-faulty' | 'engines-disagree' | 'not-judged'

async function activate(
  deps: ChangeDeps & { readonly judgeApart?: ActivateDeps['judgeApart'] },
  { text, replaces, actor, next, act }: Activating,
): Promise<Activation> {
  const activating: ActivateDeps = {
    store: deps.store,
    clock: deps.clock,
    judgeApart: deps.judgeApart ?? deps.changing.judgeApart,
    replaces: { digest: replaces },
    alongside: async (tx) => {
      if (!(await tx.changes.put(next))) return false
      await tx.audit.append(changeEvent(next, { act, actor }))
      return true
    },
  }
  try {
    return named(await activatePolicy(activating, text, 'a change', actor))
  } catch {
    return 'not-judged'
  }
}

const ACTIVATION: Readonly<Record<Activated['kind'], Activation>> = {
  'in-force': 'in-force',
  overtaken: 'overtaken',
  faulty: 'set-faulty',
  disagreement: 'engines-disagree',
}
const named = ({ kind }: Activated): Activation => ACTIVATION[kind]

/** Told: every officer, on the pages; whoever reads the alarms, by the log. */
async function faultWith(
  deps: ChangeDeps,
  change: PolicyChange,
  code: Exclude<Activation, 'in-force' | 'overtaken'> | 'unsigned' | 'version-unknown' | 'examples-failing',
): Promise<ChangeOutcome> {
  const at = deps.clock()
  const accounts = await deps.store.read.people.accounts()
  const told = accounts
    .filter(({ role, endedAt }) => role === 'officer' && (endedAt === undefined || endedAt > at))
    .map(({ id }) => id)
  deps.log.alarm('a change of policy could not be put in force; the version before stays', {
    change: change.id,
    code,
    told: told.length,
  })
  const next = after(change, 'send-back', { fault: { at, code, told }, at })
  await write(deps, next, { act: 'change-failed', actor: 'gateway', problem: code })
  return refused(code)
}

/** The version before, again: one officer may, within its time. */
export async function undoChange(deps: ChangeDeps, read: Read, officer: Officer): Promise<ChangeOutcome> {
  const toUndo = await found(deps, read, 'undo')
  if (toUndo.kind !== 'found') return toUndo
  const { change } = toUndo
  const at = deps.clock()
  if (!isUndoable(change, at)) return refused('undo-late')
  const before = await deps.store.read.policies.byDigest(change.base)
  if (before === undefined) return refused('version-unknown')
  const next = after(change, 'undo', { at })
  // It was judged when it first came into force, and going back is not to wait.
  const judgeApart = async (): Promise<Agreement> => ({ asked: 0, levels: {}, errors: 0, disagreements: [] })
  const activated = await activate(
    { ...deps, judgeApart },
    { text: before.text, replaces: change.result, actor: officer.id, next, act: 'change-undone' },
  )
  if (activated === 'in-force') return { kind: 'done', change: next }
  return refused(activated)
}
