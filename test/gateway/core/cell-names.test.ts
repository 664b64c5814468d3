/** What a policy names, in both languages: legal bases of the packs that we ship too. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'mocha'
import { cellAt } from '#policies/engine/cell.ts'
import { editOf } from '#policies/engine/cell-change.ts'
import { sentenceOf } from '#policies/engine/cell-sentence.ts'
import { parsePolicy } from '#policies/language/text.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { basisTitle, cellNamesIn } from '#gateway/core/cell-names.ts'

const packOf = (id: string): PolicySet => {
  const parsed = parsePolicy(readFileSync(`policies/packs/${id}.json`), id)
  assert.ok(parsed.ok)
  return parsed.set
}

describe('the names of what a policy names', () => {
  for (const id of ['france-prison-exit', 'uk-hmpps'])
    it(`every legal basis of ${id} has a title in English, its own, and one in French`, () => {
      const { bases } = packOf(id)
      assert.ok(bases.length > 0)
      for (const basis of bases) {
        assert.notEqual(basis.title, '', basis.id)
        assert.equal(basisTitle('en', basis.id), undefined)
        const french = basisTitle('fr', basis.id)
        assert.ok(french !== undefined && french !== basis.title, basis.id)
      }
      console.log(`    ${bases.length} bases`)
    })

  it('sentences call a basis in their language, and as the policy does where nobody else knows it', () => {
    const set = packOf('france-prison-exit')
    const view = cellAt(set, { recipientType: 'PS', section: 'family' }, Date.UTC(2026, 10, 21))
    const edit = { ...editOf(view, { reason: '', reviewAt: 0, at: 0 }), bases: ['eu.led.9-2'] }
    assert.match(
      sentenceOf(set, edit, 'fr', cellNamesIn('fr')),
      /Directive 2016\/680, art\. 9, §2, usage hors directive/,
    )
    assert.match(sentenceOf(set, edit, 'en', cellNamesIn('en')), /use outside the Directive as authorised by law/)
    const own = { ...set, bases: [{ id: 'own.basis', title: 'A basis of our own' }] }
    assert.match(sentenceOf(own, { ...edit, bases: ['own.basis'] }, 'fr', cellNamesIn('fr')), /A basis of our own/)
  })
})
