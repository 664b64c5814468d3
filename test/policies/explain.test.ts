/** Each answer is one whole sentence in two languages: level, rules with reasons, omission, conditions; never content. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { ceilingOf } from '#policies/engine/ceiling.ts'
import { decide } from '#policies/engine/decide.ts'
import { explain } from '#policies/engine/explain.ts'
import { LEVELS } from '#policies/language/level.ts'
import type { Decision, PolicySet } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { aPolicySet, aQuestion, anItem } from '#test/support/arbitraries.ts'
import { aRule, aText } from './policy-texts.ts'

function aSet(): PolicySet {
  const rules = [aRule(), aRule({ id: 'ps.2', upTo: 'nothing', bases: [], reason: 'Not needed.' })]
  const parsed = parsePolicy(JSON.stringify(aText({ rules })), 'small.json')
  assert.ok(parsed.ok)
  return parsed.set
}

const aDecision = (changed: Partial<Decision> = {}): Decision => ({
  level: 'summary',
  omission: 'silent',
  rules: ['ps.1'],
  conditions: [],
  bases: [],
  rungs: {},
  errors: [],
  ...changed,
})

const closed = (changed: Partial<Ceiling> = {}): Ceiling => ({
  level: 'nothing',
  omission: 'silent',
  rules: [],
  conditions: [],
  bases: [],
  rungs: {},
  because: [],
  ...changed,
})

const SENTENCES: readonly { readonly answer: Decision | Ceiling; readonly en: string; readonly fr: string }[] = [
  {
    answer: closed(),
    en: 'Nothing passes, and the recipient is not told, because no rule permits it.',
    fr: 'Rien ne passe, sans que le destinataire en soit averti, car aucune règle ne le permet.',
  },
  {
    answer: closed({ omission: 'declared', rules: ['ps.2'] }),
    en: 'Nothing passes, and the recipient is told that something is left out, by ps.2 (“Not needed”).',
    fr: 'Rien ne passe, et le destinataire est averti que quelque chose manque, selon ps.2 (« Not needed »).',
  },
  {
    answer: closed({ because: ['error:ps.9', 'error:unknown-name:item.term'] }),
    en: 'Nothing passes, and the recipient is not told, because of an error in ps.9 and an unknown name in item.term.',
    fr: 'Rien ne passe, sans que le destinataire en soit averti, en raison de : une erreur dans ps.9 et un nom inconnu dans item.term.',
  },
  {
    answer: aDecision({ level: 'nothing', rules: [], errors: ['ps.9'] }),
    en: 'Nothing passes, and the recipient is not told, because of an error in ps.9.',
    fr: 'Rien ne passe, sans que le destinataire en soit averti, en raison de : une erreur dans ps.9.',
  },
  {
    answer: closed({
      rules: ['ps.1'],
      because: ['marking:tlp-red', 'past', 'restricted-case', 'disagreement', 'novel'],
    }),
    en: 'Nothing passes, and the recipient is not told, by ps.1 (“For support”), because of the marking tlp-red, its being past, a case limited to named people, a disagreement of the two evaluators and novel.',
    fr: 'Rien ne passe, sans que le destinataire en soit averti, selon ps.1 (« For support »), en raison de : la mention tlp-red, son appartenance au passé, un dossier réservé à des personnes désignées, un désaccord des deux évaluateurs et novel.',
  },
  {
    answer: aDecision({ conditions: ['gdpr-pack', 'no-onward'], bases: ['fr.law'] }),
    en: 'A summary passes, by ps.1 (“For support”), under the conditions gdpr-pack and no-onward, on the basis of fr.law.',
    fr: 'Une synthèse passe, selon ps.1 (« For support »), sous les conditions gdpr-pack et no-onward, sur le fondement de fr.law.',
  },
  {
    answer: closed({ level: 'existence', rules: ['gone'], because: ['marking:secrecy-medical'] }),
    en: 'Only its existence passes, by gone, limited by the marking secrecy-medical.',
    fr: 'Seule son existence passe, selon gone, limité par : la mention secrecy-medical.',
  },
  {
    answer: aDecision({ level: 'current', rules: ['ps.1', 'ps.2'] }),
    en: 'The current version passes, by ps.1 (“For support”) and ps.2 (“Not needed”).',
    fr: 'La version actuelle passe, selon ps.1 (« For support ») et ps.2 (« Not needed »).',
  },
  {
    answer: aDecision({ level: 'full' }),
    en: 'Everything passes, with its past, by ps.1 (“For support”).',
    fr: 'Tout passe, avec le passé, selon ps.1 (« For support »).',
  },
]

describe('explain', () => {
  for (const { answer, en, fr } of SENTENCES) {
    it(`says: ${en}`, () => assert.deepEqual(explain(aSet(), answer), { en, fr }))
  }

  it('names every rule that fixed the level and every condition, and holds nothing of the item', () => {
    const secret = 'ZQX-never-shown'
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), (set, question, item) => {
        const held = { ...item, id: secret, value: { ...item.value, exact: secret } }
        const decision = decide(set, question, held)
        const ceiling = ceilingOf(decision, held, question)
        const { en, fr } = explain(set, ceiling)
        for (const text of [en, fr]) {
          assert.ok(!text.includes(secret))
          for (const name of [...ceiling.rules, ...ceiling.conditions, ...ceiling.bases]) assert.ok(text.includes(name))
          assert.match(text, /^\p{Lu}.*\.$/su)
        }
      }),
    )
  })

  it('does not say that no rule permits what passes', () => {
    assert.equal(explain(aSet(), aDecision({ rules: [] })).en, 'A summary passes.')
  })

  it('begins each level with words of its own, in both languages', () => {
    for (const language of ['en', 'fr'] as const) {
      const starts = LEVELS.map((level) => explain(aSet(), aDecision({ level }))[language].split(',')[0])
      assert.equal(new Set(starts).size, LEVELS.length)
    }
  })
})
