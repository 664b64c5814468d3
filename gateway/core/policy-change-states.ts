/** The states of a change of policy and what may be done in each, as a table. */
import type { ChangeStart } from './policy-change.ts'

export const CHANGE_STATES = [
  'draft',
  'submitted',
  'sent-back',
  'approved',
  'scheduled',
  'observing',
  'in-force',
  'withdrawn',
  'lapsed',
  'overtaken',
] as const
export type ChangeState = (typeof CHANGE_STATES)[number]

export const CHANGE_ACTS = [
  'edit',
  'submit',
  'withdraw',
  'send-back',
  /** Approved to be started by hand, at a date, or after an observation. */
  'approve',
  'schedule',
  'observe',
  'end-observation',
  'start',
  'undo',
  'lapse',
  'overtake',
  /** Written anew over the version that is in force now. */
  'rebase',
] as const
export type ChangeAct = (typeof CHANGE_ACTS)[number]

type Row = Partial<Readonly<Record<ChangeAct, ChangeState>>>

const WRITING: Row = { edit: 'draft', submit: 'submitted', withdraw: 'withdrawn', overtake: 'overtaken' }
const APPROVED: Row = { withdraw: 'withdrawn', 'send-back': 'sent-back', overtake: 'overtaken' }

/** What is not in it may not be done. */
export const CHANGE_TABLE: Readonly<Record<ChangeState, Row>> = {
  draft: WRITING,
  'sent-back': WRITING,
  submitted: {
    withdraw: 'withdrawn',
    'send-back': 'sent-back',
    approve: 'approved',
    schedule: 'scheduled',
    observe: 'observing',
    lapse: 'lapsed',
    overtake: 'overtaken',
  },
  approved: { ...APPROVED, start: 'in-force', lapse: 'lapsed' },
  scheduled: { ...APPROVED, start: 'in-force', lapse: 'lapsed' },
  observing: { ...APPROVED, 'end-observation': 'approved' },
  'in-force': { undo: 'withdrawn' },
  withdrawn: {},
  lapsed: { edit: 'draft', withdraw: 'withdrawn' },
  overtaken: { rebase: 'draft', withdraw: 'withdrawn' },
}

/** The state after the act, or undefined where it may not be done. */
export const stateAfter = (state: ChangeState, act: ChangeAct): ChangeState | undefined => CHANGE_TABLE[state][act]

/** The act by which a second officer approves, after when it is to start. */
export const approvalOf = ({ kind }: ChangeStart): ChangeAct => APPROVALS[kind]

const APPROVALS = { now: 'approve', at: 'schedule', observe: 'observe' } as const satisfies Record<
  ChangeStart['kind'],
  ChangeAct
>

/** States in which it may still come into force. */
export const OPEN_STATES: readonly ChangeState[] = [
  'draft',
  'sent-back',
  'submitted',
  'approved',
  'scheduled',
  'observing',
]
