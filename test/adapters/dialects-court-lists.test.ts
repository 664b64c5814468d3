/** The shipped mappings of court lists and hearings, put to what courts really write: three views agree, and no reason holds content. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { fixtureJson, fixtureText, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { mapBytes, mapFixture, mappingOf, useMappings, valueOf } from '#test/support/mapped.ts'
import type { Mapped } from '#test/support/mapped.ts'

const COURT = 'court-case-matcher'

const mappings = useMappings()

describe('shipped mappings, court lists', function () {
  this.timeout(60_000)
  needsFixtures()

  it('three views of one defendant agree on who that is', async () => {
    const views = [
      await mapFixture(
        mappings,
        'libra-court-list',
        `${COURT}/court-list-xml/external-document-request-single-case.xml`,
      ),
      await mapFixture(mappings, 'libra-case', `${COURT}/libra-case/case.json`),
      await mapFixture(mappings, 'common-platform-hearing', `${COURT}/court-hearing/hearing.json`),
    ]
    const people = views.map(({ records: [record] }) => {
      const name = valueOf(record, 'full-name')
      const said = typeof name === 'object' && name !== null && 'name' in name ? name.name : name
      return [said, valueOf(record, 'birth-date'), valueOf(record, 'register-number')]
    })
    const person = ['Mr Arthur MORGAN', '1975-01-01', '2004/0012345U']
    assert.deepEqual(people, [person, person, person])
    assert.equal(views[0]?.records[0]?.caseReference, views[1]?.records[0]?.caseReference)
  })

  it('one case in both its forms, XML and JSON, gives the same offence, court day and case reference', async () => {
    const xml = await mapFixture(
      mappings,
      'libra-court-list',
      `${COURT}/court-list-xml/external-document-request-single-case.xml`,
    )
    const json = await mapFixture(mappings, 'libra-case', `${COURT}/libra-case/case.json`)
    for (const term of ['case-reference', 'full-name', 'birth-date'])
      assert.deepEqual(valueOf(xml.records[0], term), valueOf(json.records[0], term))
    const offenceOf = ({ records: [record] }: Mapped): string => JSON.stringify(valueOf(record, 'offence'))
    for (const words of ['Theft from a shop', 'stole Article', 'section 1(1) and 7 of the Theft Act 1968'])
      for (const view of [xml, json]) assert.ok(offenceOf(view).includes(words))
  })

  it('reads every court list, in its envelope or without, and each list of many defendants one by one', async () => {
    const counts: [string, number, number][] = []
    for (const name of readdirSync(join(fixturesDir(), COURT, 'court-list-xml')).toSorted()) {
      const { records, bad, refused } = await mapFixture(
        mappings,
        'libra-court-list',
        `${COURT}/court-list-xml/${name}`,
      )
      assert.deepEqual(refused, [])
      counts.push([name, records.length, bad.length])
    }
    assert.deepEqual(counts, COUNTS)
  })

  it('invalid messages are refused by place, and no reason holds what a file says', async () => {
    const invalid = [
      await mapFixture(mappings, 'libra-court-list', `${COURT}/court-list-xml/gateway-message-invalid.xml`),
      await mapFixture(mappings, 'libra-case', `${COURT}/libra-case/case-invalid.json`),
      await mapFixture(mappings, 'libra-case', `${COURT}/libra-case/case-sns-metadata.json`),
      await mapFixture(mappings, 'common-platform-hearing', `${COURT}/court-hearing/hearing-invalid.json`),
    ]
    for (const { bad, refused } of invalid) {
      const told = JSON.stringify([bad, refused])
      assert.match(told, /expected something at|not strict JSON/)
      assert.doesNotMatch(told, /DLONE|David|MORGAN|Arthur|Mario|Phyllis|1217464|PNC-ID/)
    }
  })

  it('a case in a notification is read where the text in it is strict JSON, and what is around it is listed', async () => {
    const notification = fixtureJson(`${COURT}/libra-case/case-sns-metadata.json`) as { Message: string }
    // As it comes, its text ends in a brace too many.
    const mended = { ...notification, Message: notification.Message.replace(/\}\}$/, '}') }
    const mapping = await mappingOf(mappings.child, 'libra-case')
    const { records, unmapped, documentId } = await mapBytes(mappings.child, mapping, JSON.stringify(mended))
    assert.equal(valueOf(records[0], 'full-name'), 'Mr Arthur MORGAN')
    assert.ok(unmapped.includes('/SigningCertURL') && !unmapped.includes('/MessageId'))
    assert.match(documentId ?? '', /^[0-9a-f]{64}$/)
  })

  it('an organisation that is a defendant is no person: its record is left out', async () => {
    const { records, bad } = await mapFixture(
      mappings,
      'common-platform-hearing',
      `${COURT}/court-hearing/hearing-with-legal-entity-defendant.json`,
    )
    assert.deepEqual([records.length, bad.map(({ number }) => number)], [1, [2]])
    const xml = fixtureText(`${COURT}/court-list-xml/external-document-request-single-case.xml`)
    const libra = await mapBytes(
      mappings.child,
      await mappingOf(mappings.child, 'libra-court-list'),
      xml.replace('<def_type>P</def_type>', '<def_type>O</def_type>'),
    )
    assert.deepEqual(
      libra.bad[0]?.faults.map(({ reason }) => reason),
      ['the defendant is an organisation'],
    )
  })
})

/** File, records that are mapped, records that are left out. */
const COUNTS = [
  ['externDoc.xml', 18, 0],
  ['external-document-request-multi-session.xml', 3, 1],
  ['external-document-request-single-case.xml', 1, 0],
  ['gateway-message-invalid.xml', 9, 9],
  ['gateway-message-simple.xml', 2, 0],
  ['gateway-message-single-case.xml', 1, 0],
]
