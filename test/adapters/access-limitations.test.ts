/** Access limitations are honoured: whoever is named, and nobody where that is not clear. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { staffHandle } from '#adapters/dialects/restriction.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import { HMPPS, INTEGRATION } from '#test/support/dialect-records.ts'
import { fixtureJson, needsFixturesHere } from '#test/support/fixtures.ts'
import { inputOf, readingOf } from '#test/support/projected.ts'

describe('dialect hmpps, access limitations', () => {
  const factsOf = (document: unknown, record = 'access-limitations') =>
    readingOf(HMPPS.read(inputOf(record, document))).facts
  const someone = { email: ' Someone@Example.org ' }

  const STATED: readonly { readonly name: string; readonly document: unknown; readonly facts: unknown }[] = [
    { name: 'nobody limited', document: { restrictedTo: [], excludedFrom: [] }, facts: undefined },
    {
      name: 'restricted to one',
      document: { restrictedTo: [someone], excludedFrom: [] },
      facts: { restrictedTo: [staffHandle('someone@example.org')] },
    },
    {
      name: 'one excluded',
      document: { restrictedTo: [], excludedFrom: [someone] },
      facts: { excludedFrom: [staffHandle('someone@example.org')] },
    },
    {
      name: 'a person without an address',
      document: { restrictedTo: [{ name: 'x' }], excludedFrom: [] },
      facts: { restrictedTo: [] },
    },
    {
      name: 'an exclusion without an address',
      document: { restrictedTo: [someone], excludedFrom: [{}] },
      facts: { restrictedTo: [] },
    },
    {
      name: 'a message that names nobody',
      document: { restrictedTo: [], excludedFrom: [], restrictionMessage: 'Ask' },
      facts: { restrictedTo: [] },
    },
    {
      name: 'more than facts can name',
      document: {
        restrictedTo: Array.from({ length: 201 }, (_, n) => ({ email: `${n}@example.org` })),
        excludedFrom: [],
      },
      facts: { restrictedTo: [] },
    },
  ]
  for (const { name, document, facts } of STATED) it(name, () => assert.deepEqual(factsOf(document), facts))

  it('a flag of the person record closes the case', () => {
    const person = { otherIds: { crn: 'X1' }, currentRestriction: true, currentExclusion: false }
    assert.deepEqual(factsOf(person, 'delius-offender'), { restrictedTo: [] })
    assert.deepEqual(factsOf({ ...person, currentRestriction: false, currentExclusion: true }, 'delius-offender'), {
      restrictedTo: [],
    })
    assert.equal(factsOf({ ...person, currentRestriction: false }, 'delius-offender'), undefined)
  })

  it('a limit that cannot be read refuses the record; it is never dropped', () => {
    for (const document of [
      {},
      { restrictedTo: 'all', excludedFrom: [] },
      { restrictedTo: null, excludedFrom: [] },
      [],
      null,
    ])
      assert.equal(HMPPS.read(inputOf('access-limitations', document)).ok, false, JSON.stringify(document))
    assert.equal(
      HMPPS.read(inputOf('delius-offender', { otherIds: { crn: 'X1' }, currentRestriction: 'true' })).ok,
      false,
    )
  })

  it('a handle is a name, the same for the same address, and holds nothing of it', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        assert.match(staffHandle(email), NAME_PATTERN)
        assert.equal(staffHandle(email.toUpperCase()), staffHandle(` ${email}`))
      }),
    )
  })

  it('the upstream fixture names one person', function () {
    needsFixturesHere(this)
    const facts = factsOf(fixtureJson(`${INTEGRATION}/access-limitation/access-limitations.json`))
    assert.deepEqual(facts, { restrictedTo: [staffHandle('someone@justice.gov.uk')] })
  })
})
