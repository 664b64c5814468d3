/** A decision about somebody as an example about nobody. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { withoutNames } from '#gateway/core/example-of-decision.ts'
import type { Asked } from '#gateway/core/example-of-decision.ts'

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)
const NOW = day('2027-06-15')

const asked: Asked = {
  question: {
    at: day('2027-03-14') + 12_345,
    milestones: { release: day('2027-01-03'), transfer: undefined },
    facts: {
      'recipient.type': 'PP',
      'recipient.mandate': 'mandate-of-dr-x',
      'recipient.careTeams': ['team-lyon', 'team-paris'],
      'recipient.clinician': true,
      'recipient.sites': undefined,
      'case.careTeam': 'team-paris',
      'case.allowed': ['mandate-of-dr-x'],
      'edge.purpose': 'social-support',
      'edge.sender': 'prison-x',
    },
  },
  item: {
    id: '0195-item',
    observedAt: day('2026-03-20'),
    isPast: true,
    facts: {
      section: 'psychology',
      term: 'psychological-follow-up',
      authorService: 'prison-x',
      authorRole: 'registrar',
    },
    marking: {
      classification: 'non-protege',
      handling: ['H1'],
      conditions: ['no-onward'],
      receivedInConfidence: false,
      releasableTo: ['mandate-of-dr-x', 'somebody-else'],
      originator: 'prison-x',
      validUntil: day('2027-05-01'),
    },
    value: { kind: 'free-text', exact: 'A secret.', rungs: { g1: 'A smaller secret.' }, summaryRung: 'g1' },
  },
}

describe('an example of a decision', () => {
  it('keeps what policy asks and names nobody, nowhere and no paper', () => {
    const kept = JSON.stringify(withoutNames(asked, NOW))
    for (const name of ['dr-x', 'team-', 'prison-x', 'somebody-else', 'secret', '0195', '2027-03', '2026-03'])
      assert.ok(!kept.includes(name), name)
    const { facts } = withoutNames(asked, NOW).question
    assert.deepEqual(
      [facts['recipient.type'], facts['edge.purpose'], facts['recipient.clinician']],
      ['PP', 'social-support', true],
    )
    assert.equal(withoutNames(asked, NOW).item.facts['authorRole'], 'registrar')
  })

  it('calls the same name by the same number wherever it stands', () => {
    const { question, item } = withoutNames(asked, NOW)
    assert.deepEqual(question.facts['case.allowed'], [question.facts['recipient.mandate']])
    assert.equal(item.facts['authorService'], question.facts['edge.sender'])
    assert.equal(item.marking.originator, question.facts['edge.sender'])
    assert.equal(item.marking.releasableTo?.[0], question.facts['recipient.mandate'])
    assert.deepEqual(Object.values(question.facts['recipient.careTeams'] ?? {})[1], question.facts['case.careTeam'])
    assert.equal(question.facts['recipient.sites'], undefined)
  })

  it('counts days as whole months before the day on which it is kept, also those that come later', () => {
    const { question, item } = withoutNames(asked, NOW)
    assert.equal(question.at, NOW)
    assert.equal(question.milestones['release'], day('2027-04-15'))
    assert.equal(question.milestones['transfer'], undefined)
    assert.equal(item.observedAt, day('2026-07-15'))
    assert.equal(item.marking.validUntil, day('2027-08-15'))
  })

  it('leaves a marking without limits without limits', () => {
    const { releasableTo: _to, originator: _by, validUntil: _until, ...marking } = asked.item.marking
    assert.deepEqual(withoutNames({ ...asked, item: { ...asked.item, marking } }, NOW).item.marking, marking)
  })
})
