/** Which message may follow which, asked of the rule alone: what it answers, what it replaces, and what it takes back. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import type { CarriedKind, MessageKind } from '#gateway/core/message-kinds.ts'
import { toCaseId, toMessageId, toOrganisationId } from '#gateway/core/ids.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { fail } from '#gateway/core/problem.ts'
import { follows } from '#gateway/core/workflow.ts'
import type { Before } from '#gateway/core/workflow.ts'
import { anItemText } from '#test/support/messages.ts'
import { parsedMessage } from '#test/support/routed.ts'

const made = <Id>(id: Id | undefined): Id => {
  assert.ok(id !== undefined)
  return id
}
const PRISON = made(toOrganisationId('prison-paris'))
const PAIRS = made(toOrganisationId('pairs-paris'))
const CASE = made(toCaseId('DEMO-2026-01'))
const ASKED = made(toMessageId(randomUUID()))
const [OWN, THEIRS, NEW, NEWER] = Array.from({ length: 4 }, () => randomUUID())

type Answered = NonNullable<Before['answered']>
/** What went before: the message answered, one item of the sender's and one of another's. */
const before = (answered?: Partial<Answered>): Before => ({
  ...(answered === undefined
    ? {}
    : {
        answered: {
          id: ASKED,
          kind: 'CaseHandover',
          issuer: PRISON,
          caseId: CASE,
          sections: ['family'],
          wasSentToSender: true,
          ...answered,
        },
      }),
  ownerOf: (item) =>
    new Map<string, OrganisationId>([
      [OWN ?? '', PAIRS],
      [THEIRS ?? '', PRISON],
    ]).get(item),
  organisationOf: (mandate) =>
    new Map<string, OrganisationId>([
      ['pairs-mediator', PAIRS],
      ['pairs-nurse', PAIRS],
      ['prison-clerk', PRISON],
    ]).get(mandate),
})

const ENVELOPE = { caseId: CASE, purpose: 'disengagement-support', legalBasisId: 'fr.cpp.706-25-16' }
const BODIES = {
  HandoverAck: {},
  ReferralAccepted: { mandates: ['pairs-mediator'] },
  ReferralDeclined: { reason: 'no-capacity' },
  RecallAck: { action: 'deleted' },
  InformationResponse: { granted: [], refused: [], until: '2027-01-01' },
} as const
type ReplyKind = keyof typeof BODIES
const asked = (body: object, past: Before): unknown => follows(parsedMessage({ ...ENVELOPE, ...body }), PAIRS, past)
const isInTurn = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'value' in answer
const refusedAt = (pointer: string): object => fail('message-out-of-turn', [{ pointer, code: 'does-not-follow' }])

const ANSWERED: Readonly<Record<ReplyKind, readonly MessageKind[]>> = {
  HandoverAck: ['CaseHandover', 'EndOfCustodyNote'],
  ReferralAccepted: ['Referral'],
  ReferralDeclined: ['Referral'],
  RecallAck: ['Recall', 'Correction'],
  InformationResponse: ['InformationRequest', 'IntelligenceRequest'],
}
const KINDS: readonly CarriedKind[] = [
  ...(['CaseHandover', 'EndOfCustodyNote', 'Referral', 'Recall', 'Correction'] as const),
  ...(['InformationRequest', 'IntelligenceRequest', 'QuarterlyReport'] as const),
]

describe('follows: an answer', () => {
  for (const [kind, questions] of Object.entries(ANSWERED))
    it(`${kind} answers ${questions.join(' or ')} and nothing else`, () => {
      const body = { kind, inReplyTo: ASKED, ...BODIES[kind as ReplyKind] }
      assert.deepEqual(
        KINDS.filter((question) => isInTurn(asked(body, before({ kind: question })))).toSorted(),
        [...questions].toSorted(),
      )
    })

  const ACK = { kind: 'HandoverAck', inReplyTo: ASKED }
  for (const [name, past] of Object.entries({
    'a message that is not known': before(),
    'a message of another case': before({ caseId: made(toCaseId('DEMO-2026-02')) }),
    'a message that its sender was not sent': before({ wasSentToSender: false }),
  }))
    it(`to ${name} is refused at /inReplyTo`, () => assert.deepEqual(asked(ACK, past), refusedAt('/inReplyTo')))

  it('of a kind that needs none may speak of any message of its case that its sender was sent', () => {
    const report = { kind: 'QuarterlyReport', quarter: '2026-Q4', items: [], inReplyTo: ASKED }
    assert.ok(isInTurn(asked(report, before({ kind: 'Referral' }))))
    assert.ok(isInTurn(asked(report, before({ kind: 'QuarterlyReport' }))))
    assert.deepEqual(asked(report, before()), refusedAt('/inReplyTo'))
    assert.deepEqual(asked(report, before({ wasSentToSender: false })), refusedAt('/inReplyTo'))
    assert.ok(isInTurn(asked({ ...report, inReplyTo: undefined }, before())))
  })

  it('names mandates of its sender alone', () => {
    const accepted = (mandates: readonly string[]): unknown =>
      asked({ kind: 'ReferralAccepted', inReplyTo: ASKED, mandates }, before({ kind: 'Referral' }))
    assert.ok(isInTurn(accepted(['pairs-mediator', 'pairs-nurse'])))
    assert.deepEqual(accepted(['pairs-mediator', 'prison-clerk']), refusedAt('/mandates'))
    assert.deepEqual(accepted(['nobody-known']), refusedAt('/mandates'))
    const locked = { kind: 'RecallAck', inReplyTo: ASKED, action: 'locked' }
    assert.ok(isInTurn(asked(locked, before({ kind: 'Recall' }))))
    assert.deepEqual(
      asked({ ...locked, mandates: ['prison-clerk'] }, before({ kind: 'Recall' })),
      refusedAt('/mandates'),
    )
  })

  it('grants sections that were asked for, and no other', () => {
    const granted = (sections: readonly string[]): unknown =>
      asked(
        { kind: 'InformationResponse', inReplyTo: ASKED, granted: sections, refused: [], until: '2027-01-01' },
        before({ kind: 'InformationRequest', sections: ['family', 'health'] }),
      )
    assert.ok(isInTurn(granted(['family', 'health'])))
    assert.deepEqual(granted(['family', 'finance']), refusedAt('/granted'))
  })
})

describe('follows: items', () => {
  const sent = (kind: string, ...items: readonly Parameters<typeof anItemText>[0][]): unknown =>
    asked({ kind, items: items.map(anItemText), ...(kind === 'Correction' ? { reason: 'inaccurate' } : {}) }, before())

  it('that are new or its own come from their sender, those of another do not', () => {
    assert.ok(isInTurn(sent('CaseHandover', { itemId: NEW ?? '' }, { itemId: OWN ?? '' })))
    assert.deepEqual(sent('CaseHandover', { itemId: NEW ?? '' }, { itemId: THEIRS ?? '' }), refusedAt('/items'))
  })

  for (const kind of ['CaseHandover', 'Referral', 'EndOfCustodyNote', 'Correction'])
    it(`of a ${kind} replace versions of its sender, before or in the same message, and of nobody else`, () => {
      const replacing = (supersedes: string | undefined): unknown => sent(kind, { supersedes: supersedes ?? '' })
      assert.ok(isInTurn(replacing(OWN)))
      assert.deepEqual(replacing(THEIRS), refusedAt('/items'))
      assert.deepEqual(replacing(randomUUID()), refusedAt('/items'))
      const pair = [{ itemId: NEW ?? '', supersedes: OWN ?? '' }, { supersedes: NEW ?? '' }] as const
      assert.ok(isInTurn(sent(kind, ...pair)))
    })

  it('of a correction all replace something, of another kind they need not', () => {
    assert.deepEqual(sent('Correction', { supersedes: OWN ?? '' }, {}), refusedAt('/items'))
    assert.ok(isInTurn(sent('CaseHandover', { supersedes: OWN ?? '' }, {})))
  })

  it('replace one another in no circle, of one, of two, or reached by a third', () => {
    const one = { itemId: NEW ?? '', supersedes: NEW ?? '' }
    const two = [
      { itemId: NEW ?? '', supersedes: NEWER ?? '' },
      { itemId: NEWER ?? '', supersedes: NEW ?? '' },
    ]
    assert.deepEqual(sent('CaseHandover', one), refusedAt('/items'))
    assert.deepEqual(sent('CaseHandover', ...two), refusedAt('/items'))
    assert.deepEqual(sent('CaseHandover', { supersedes: NEW ?? '' }, ...two), refusedAt('/items'))
  })

  it('may all replace the same one', () =>
    assert.ok(isInTurn(sent('CaseHandover', { supersedes: OWN ?? '' }, { supersedes: OWN ?? '' }))))

  it('are recalled by whoever brought them, all of them', () => {
    const recall = (...recalled: readonly (string | undefined)[]): unknown =>
      asked({ kind: 'Recall', recalled, reason: 'inaccurate' }, before())
    assert.ok(isInTurn(recall(OWN)))
    assert.deepEqual(recall(OWN, THEIRS), refusedAt('/recalled'))
    assert.deepEqual(recall(NEW), refusedAt('/recalled'))
  })
})
