/** Who is in, who is out, and who is only coming. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { isJoining, mandatesOf, membershipFault } from '#gateway/core/membership.ts'
import type { Participant, Registry } from '#gateway/core/participants.ts'
import { aTestNetwork } from '#test/support/example-network.ts'

const AT = Date.UTC(2027, 2, 1)
const ID = 'pairs-paris' as Participant['id']

describe('membershipFault', () => {
  let registry: Registry
  before(async () => {
    ;({ registry } = await aTestNetwork(AT))
  })
  const having = (changes: Partial<Participant>): Registry => ({
    ...registry,
    participants: registry.participants.map((entry) => (entry.id === ID ? { ...entry, ...changes } : entry)),
  })
  const entryOf = ({ participants }: Registry): Participant =>
    participants.find(({ id }) => id === ID) ?? assert.fail('it is a member')

  it('is none of a member in its time, and none before that begins', () => {
    assert.equal(membershipFault(registry, ID, AT), undefined)
    assert.equal(membershipFault(having({ from: AT + 1 }), ID, AT), undefined)
  })

  it('is the suspension, the end of its time to the moment, or that nobody knows it', () => {
    assert.equal(membershipFault(having({ suspendedAt: AT }), ID, AT), 'participant-suspended')
    assert.equal(membershipFault(having({ until: AT }), ID, AT), 'competence-expired')
    assert.equal(membershipFault(having({ until: AT + 1 }), ID, AT), undefined)
    assert.equal(membershipFault(registry, 'nobody-here' as never, AT), 'mandate-unknown')
  })

  it('is none of who was never in: it joins once its time begins', () => {
    const joining = having({ joining: true, until: AT + 1 })
    assert.equal(membershipFault(having({ joining: true, until: AT }), ID, AT), undefined)
    assert.equal(isJoining(entryOf(joining), AT), true)
    assert.equal(isJoining(entryOf(having({ joining: true, from: AT + 1 })), AT), false)
    assert.equal(isJoining(entryOf(having({ joining: true, until: AT })), AT), false)
    assert.equal(isJoining(entryOf(registry), AT), false)
  })

  it('knows the mandates of a member, in force or not', () => {
    assert.ok(mandatesOf(registry, ID).length > 2)
    assert.deepEqual(mandatesOf(registry, 'nobody-here' as never), [])
  })
})
