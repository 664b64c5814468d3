/** Ids from their makers: what has the form and nothing before, after or beside it. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { toCaseId, toDeliveryId, toItemId, toMandateId, toMessageId, toOrganisationId } from '#gateway/core/ids.ts'

const UUID = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'
const MAKERS: readonly {
  readonly name: string
  readonly makers: readonly ((text: string) => string | undefined)[]
  readonly takes: readonly string[]
  readonly refuses: readonly string[]
}[] = [
  {
    name: 'name',
    makers: [toOrganisationId, toMandateId],
    takes: ['ab', 'prison-paris', 'a1', '1a', 'a--b', 'a'.repeat(64)],
    refuses: ['', 'a', '-ab', 'ab-', 'Ab', 'a_b', 'a b', 'ab\n', '\nab', 'é2', 'a'.repeat(65)],
  },
  {
    name: 'case',
    makers: [toCaseId],
    takes: ['abc', 'DEMO-2026-01', 'A.b_c', '1-2', 'a'.repeat(64)],
    refuses: ['', 'ab', '-abc', 'abc.', '.abc', 'a/c', 'a c', 'abc\n', '\nabc', 'a'.repeat(65)],
  },
  {
    name: 'UUID',
    makers: [toItemId, toMessageId, toDeliveryId],
    takes: [UUID, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    refuses: [
      '',
      UUID.toUpperCase(),
      `${UUID}0`,
      `0${UUID}`,
      `${UUID}\n`,
      `{${UUID}}`,
      UUID.replaceAll('-', ''),
      UUID.replace('0190', 'g190'),
      UUID.replace('c3d4', 'c3g4'),
      UUID.replace('7e5f', '7g5f'),
      UUID.replace('8a9b', '8a9g'),
      UUID.replace('0c1d2e', '0c1d2g'),
    ],
  },
]

for (const { name, makers, takes, refuses } of MAKERS)
  describe(`the maker of a ${name}`, () => {
    for (const text of takes)
      it(`takes ${JSON.stringify(text)}`, () => {
        for (const make of makers) assert.equal(make(text), text)
      })
    for (const text of refuses)
      it(`refuses ${JSON.stringify(text)}`, () => {
        for (const make of makers) assert.equal(make(text), undefined)
      })
  })
