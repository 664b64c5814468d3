/** What is said beside the items: never more than a value that passed already tells. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import { bodyOf } from '#gateway/core/body.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { anItemText } from '#test/support/messages.ts'
import { parsedMessage } from '#test/support/routed.ts'

const item = (level: string, generalised: boolean): ProjectedItem => ({ level, quality: { generalised } }) as never
const TITLE_ONLY = [item('existence', false)]
const EXACT = [item('current', false)]
const COARSER = [item('summary', true)]
const OF_CASE = { caseId: 'DEMO-B-01', purpose: 'sentence-execution', legalBasisId: 'xx.example.1' }
const QUARTER = { kind: 'QuarterlyReport', items: [], quarter: '2026-Q3' }
const MEETING = { kind: 'MonthlyMeetingRecord', items: [], meetingOn: '2026-11-05', attendees: [] }
const ALERT = { kind: 'IncidentAlert', items: [], severity: 'minor', finding: 'alleged' }
const inReplyTo = randomUUID()
const ACCEPTED = { kind: 'ReferralAccepted', inReplyTo, mandates: ['pairs-mediator'] }
const [shown, unseen] = [randomUUID(), randomUUID()]

const BODIES: readonly {
  readonly name: string
  readonly message: object
  readonly items?: readonly ProjectedItem[]
  readonly body: object
}[] = [
  { name: 'no quarter without a value', message: QUARTER, items: TITLE_ONLY, body: {} },
  { name: 'no meeting without a value', message: MEETING, items: TITLE_ONLY, body: {} },
  { name: 'no severity without a value', message: ALERT, items: [], body: {} },
  { name: 'the quarter beside a value', message: QUARTER, items: COARSER, body: { quarter: '2026-Q3' } },
  { name: 'the month beside a coarser value', message: MEETING, items: COARSER, body: { meetingOn: '2026-11' } },
  { name: 'the day beside an exact value', message: MEETING, items: EXACT, body: { meetingOn: '2026-11-05' } },
  {
    name: 'the severity beside a value',
    message: ALERT,
    items: EXACT,
    body: { severity: 'minor', finding: 'alleged' },
  },
  { name: 'the mandates that accepted', message: ACCEPTED, body: { mandates: ['pairs-mediator'] } },
  {
    name: 'the first appointment, where there is one',
    message: { ...ACCEPTED, firstAppointment: '2026-12-01' },
    body: { mandates: ['pairs-mediator'], firstAppointment: '2026-12-01' },
  },
  {
    name: 'an answer for all',
    message: { kind: 'RecallAck', inReplyTo, action: 'deleted' },
    body: { action: 'deleted' },
  },
  {
    name: 'whom an answer is for',
    message: { kind: 'RecallAck', inReplyTo, action: 'locked', mandates: ['pairs-mediator'] },
    body: { action: 'locked', mandates: ['pairs-mediator'] },
  },
  {
    name: 'only what was shown of what was recalled',
    message: { kind: 'Recall', recalled: [shown, unseen], reason: 'inaccurate' },
    body: { recalled: [shown], reason: 'inaccurate' },
  },
  {
    name: 'only what was shown of what was corrected',
    message: {
      kind: 'Correction',
      items: [anItemText({ supersedes: shown }), anItemText({ supersedes: unseen }), anItemText()],
      reason: 'disputed',
    },
    body: { corrected: [shown], reason: 'disputed' },
  },
  {
    name: 'why a referral was declined',
    message: { kind: 'ReferralDeclined', inReplyTo, reason: 'no-capacity' },
    body: { reason: 'no-capacity' },
  },
  ...['InformationRequest', 'IntelligenceRequest'].map((kind) => ({
    name: `the whole of an ${kind}`,
    message: { kind, sections: ['family'], necessity: 'To prepare the first appointment.', until: '2027-01-01' },
    body: { sections: ['family'], necessity: 'To prepare the first appointment.', until: '2027-01-01' },
  })),
  {
    name: 'what was granted and what was refused',
    message: {
      kind: 'InformationResponse',
      inReplyTo,
      granted: ['family'],
      refused: [{ section: 'health', reason: 'secrecy' }],
      until: '2027-01-01',
    },
    items: EXACT,
    body: { granted: ['family'], refused: [{ section: 'health', reason: 'secrecy' }], until: '2027-01-01' },
  },
  ...['CaseHandover', 'Referral', 'EndOfCustodyNote'].map((kind) => ({
    name: `nothing beside the items of a ${kind}`,
    message: { kind, items: [] },
    items: EXACT,
    body: {},
  })),
  { name: 'nothing beside a HandoverAck', message: { kind: 'HandoverAck', inReplyTo }, body: {} },
]

describe('the body of a projection', () => {
  for (const { name, message, items = [], body } of BODIES)
    it(`says ${name}`, () =>
      assert.deepEqual(bodyOf(parsedMessage({ ...OF_CASE, ...message }), items, new Set([shown])), body))
})
