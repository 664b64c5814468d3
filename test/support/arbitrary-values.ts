/** Random markings, and values that climb their ladders by computed or by authored rungs. */
import fc from 'fast-check'
import { CLASSIFICATIONS, HANDLING_CODES, TLP_LABELS } from '#policies/language/item.ts'
import type { Classification, HandlingCode, LadderedValue, Marking, TlpLabel } from '#policies/language/item.ts'
import { RUNGS } from '#policies/language/level.ts'
import { VOCABULARY, anInstant, pick } from './small-world.ts'

/** Half of the parts are harmless each time, so that limits meet one by one as well as together. */
const aPart = <T>(harmless: T, any: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(harmless) }, { weight: 1, arbitrary: any })

/** Markings that limit by each of their parts, and often by one alone. */
export const aMarking = (): fc.Arbitrary<Marking> =>
  fc
    .record(
      {
        classification: aPart<Classification>('non-protege', pick(CLASSIFICATIONS)),
        handling: aPart<HandlingCode[]>([], fc.subarray([...HANDLING_CODES])),
        tlp: aPart<TlpLabel>('TLP:CLEAR', pick(TLP_LABELS)),
        releasableTo: aPart(['one', 'two'], fc.subarray(['one', 'two'])),
        originator: pick(['one', 'two']),
        validUntil: anInstant(),
        conditions: fc.subarray([...VOCABULARY.conditions]),
        secrecyRegime: aPart('none', pick(['medical', 'spip', 'lawyer'])),
        receivedInConfidence: aPart(false, fc.boolean()),
      },
      { requiredKeys: ['classification', 'handling', 'conditions', 'receivedInConfidence'] },
    )
    .map((marking): Marking => marking)

/** Ladders whose rungs are computed, each with an exact value that climbs all of them. */
export const COMPUTED_VALUES: Readonly<Record<string, unknown>> = {
  date: '2027-03-14',
  address: { street: '4 rue des Essais', postcode: '69001', commune: 'Lyon', insee: '69123', country: 'FR' },
  professional: { name: 'Ada Exemple', phone: '0100000000', role: 'educator', service: 'service-one' },
  child: { children: [{ name: 'Ana', birthDate: '2019-05-02' }], asOf: '2027-01-01' },
}
const AUTHORED_KINDS = ['free-text', 'diagnosis'] as const

/** A value whose coarser rungs the gateway computes. */
export const aComputedValue = (): fc.Arbitrary<LadderedValue> =>
  fc
    .tuple(pick(Object.keys(COMPUTED_VALUES)), pick(RUNGS))
    .map(([kind, summaryRung]) => ({ kind, exact: COMPUTED_VALUES[kind], rungs: {}, summaryRung }))

/** A value of which the sender wrote some rungs and not others; each says which it is. */
export const anAuthoredValue = (): fc.Arbitrary<LadderedValue> =>
  fc
    .record({ kind: pick(AUTHORED_KINDS), summaryRung: pick(RUNGS), supplied: fc.subarray([...RUNGS]) })
    .map(({ kind, summaryRung, supplied }) => {
      const rungs = Object.fromEntries(supplied.filter((rung) => rung !== 'g0').map((rung) => [rung, `${rung} text`]))
      return { kind, summaryRung, rungs, ...(supplied.includes('g0') ? { exact: 'g0 text' } : {}) }
    })

export const aLadderedValue = (): fc.Arbitrary<LadderedValue> => fc.oneof(aComputedValue(), anAuthoredValue())
