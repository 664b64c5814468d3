/** Laws of an edited cell: it never reaches beyond its cell, a narrower one never discloses more, and it can be taken back whole. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { cellAt, rulesIn } from '#policies/engine/cell.ts'
import { editOf, isWidening, withCell, withoutCell } from '#policies/engine/cell-change.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { sentenceOf } from '#policies/engine/cell-sentence.ts'
import { compare } from '#policies/engine/compare.ts'
import { decide } from '#policies/engine/decide.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { PolicySet, Question } from '#policies/language/policy.ts'
import { isOpening } from '#policies/language/scope.ts'
import { aPolicySet, aQuestion, anItem } from '#test/support/arbitraries.ts'
import { anEdit } from '#test/support/arbitrary-edits.ts'
import { samples } from '#test/support/samples.ts'
import { MIDDLE } from '#test/support/small-world.ts'

interface Edited {
  readonly set: PolicySet
  readonly edit: CellEdit
  readonly other: CellEdit
}
const anEditedSet: fc.Arbitrary<Edited> = aPolicySet().chain((set) =>
  fc.record({ set: fc.constant(set), edit: anEdit(set), other: anEdit(set) }),
)

const isOfCell = ({ recipientType, section }: CellEdit, question: Question, item: LabelledItem): boolean => {
  const type = question.facts['recipient.type']
  const own = item.facts['section']
  const isElsewhere = (value: unknown, name: string): boolean =>
    typeof value === 'string' && value !== '' && value !== name
  return !isElsewhere(type, recipientType) && !isElsewhere(own, section)
}

describe('an edited cell', () => {
  it('answers outside the cell are unchanged', () => {
    let asked = 0
    fc.assert(
      fc.property(anEditedSet, aQuestion(), anItem(), ({ set, edit }, question, item) => {
        if (isOfCell(edit, question, item)) return
        asked += 1
        assert.deepEqual(decide(withCell(set, edit), question, item), decide(set, question, item))
      }),
      { numRuns: samples(2000) },
    )
    assert.ok(asked > 200)
  })

  it('an edit that widens nothing discloses more to nobody', () => {
    let narrower = 0
    fc.assert(
      fc.property(
        anEditedSet,
        fc.array(fc.tuple(aQuestion(), anItem()), { minLength: 5, maxLength: 5 }),
        (edited, asked) => {
          const { set, edit } = edited
          const base = withoutCell(set, edit)
          if (isWidening(edit, cellAt(base, edit, edit.at))) return
          const after = withCell(set, edit)
          const found = compare(
            base,
            after,
            asked.map(([question, item]) => ({ name: '', question, item })),
          )
          if (found.length > 0) narrower += 1
          assert.deepEqual(
            found.filter(({ direction }) => direction === 'more'),
            [],
          )
        },
      ),
      { numRuns: samples(1500) },
    )
    assert.ok(narrower > 20, `${narrower} edits took something away`)
  })

  it('a second edit replaces the first whole', () => {
    fc.assert(
      fc.property(anEditedSet, ({ set, edit, other }) => {
        const second = { ...other, recipientType: edit.recipientType, section: edit.section }
        assert.deepEqual(withCell(withCell(set, edit), second), withCell(set, second))
      }),
    )
  })

  it('taken back, an edit leaves the set as it was', () => {
    let changed = 0
    fc.assert(
      fc.property(anEditedSet, ({ set, edit }) => {
        const after = withCell(set, edit)
        if (after !== set) changed += 1
        assert.deepEqual(withoutCell(after, edit), set)
      }),
    )
    assert.ok(changed > 20)
  })

  it('saying a cell as it is changes nothing, also after another edit', () => {
    let equal = 0
    fc.assert(
      fc.property(anEditedSet, ({ set, edit }) => {
        const view = cellAt(set, edit, MIDDLE)
        const opening = rulesIn(set, edit).filter(({ rule }) => isOpening(rule))
        const isTimeless = [...opening, ...rulesIn(set, edit)].every(
          ({ rule }) => rule.from === undefined && rule.until === undefined,
        )
        if (!isTimeless || opening.length !== view.permits.length || view.state === 'no-rule') return
        if (view.purposes.length === 0) return
        equal += 1
        const same = editOf(view, edit)
        assert.deepEqual(withCell(set, same), set)
        assert.deepEqual(withCell(withCell(set, edit), same), set)
      }),
      { numRuns: samples(1000) },
    )
    assert.ok(equal > 50, `${equal} cells`)
  })

  it('the order of edits of two cells does not show', () => {
    fc.assert(
      fc.property(anEditedSet, ({ set, edit, other }) => {
        if (edit.recipientType === other.recipientType && edit.section === other.section) return
        assert.deepEqual(
          withCell(withCell(set, edit), other).rules.map(({ id }) => id),
          withCell(withCell(set, other), edit).rules.map(({ id }) => id),
        )
      }),
    )
  })

  it('whatever it says, it is one whole sentence in two languages', () => {
    fc.assert(
      fc.property(anEditedSet, ({ set, edit }) => {
        for (const language of ['en', 'fr'] as const) {
          const sentence = sentenceOf(set, edit, language)
          assert.match(sentence, /^[A-Z].*\.$/su)
          assert.doesNotMatch(sentence, /[{}]|undefined|, ,|\s{2}/u)
        }
      }),
    )
  })
})
