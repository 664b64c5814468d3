/** Presentations changed at random: none ever says anything that its issuer did not. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import fc from 'fast-check'
import { conceal, hidden, value } from '#gateway/core/sd-jwt/conceal.ts'
import { printCompactSdJwt, readCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { checkKeyBinding, keyBindingOf } from '#gateway/core/sd-jwt/key-binding.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { saltsFrom } from '#test/support/sd-jwt.ts'
import { samples } from '#test/support/samples.ts'

const made = conceal(
  {
    kind: 'object',
    width: 6,
    members: {
      iss: value('agency'),
      name: hidden(value('Ada Exemple')),
      town: hidden(value('Lyon')),
      events: hidden({
        kind: 'array',
        capacity: 8,
        elements: [1, 2, 3].map((of) =>
          hidden({
            kind: 'object',
            width: 3,
            members: { day: hidden(value(`2026-11-0${of}`)), what: hidden(value(of)) },
          }),
        ),
      }),
    },
  },
  saltsFrom('mutations'),
)
const payload: unknown = JSON.parse(made.payload)
const TEXT = printCompactSdJwt({ jwt: 'jwt', disclosures: made.disclosures })
const BOUND = { aud: 'mandate', nonce: 'delivery' }
const binding = keyBindingOf({ ...BOUND, text: TEXT }, 1000)
const WINDOW = { now: 1_000_000, maxAgeMs: 1000, maxAheadMs: 1000 }

/** One change: characters replaced, taken out or put in, parts moved, doubled or dropped. */
const aMutation: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom('~', 'A', 'z', '0', '-', '_', '=', '"')).map(([at, to]) => (text: string) => {
    const index = at % text.length
    return text.slice(0, index) + to + text.slice(index + 1)
  }),
  fc.tuple(fc.nat(), fc.nat(6)).map(([at, length]) => (text: string) => {
    const index = at % text.length
    return text.slice(0, index) + text.slice(index + length + 1)
  }),
  fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(0, 1, 2)).map(([from, to, removed]) => (text: string) => {
    const parts = text.split('~')
    const part = parts[from % parts.length] ?? ''
    return parts.toSpliced(to % parts.length, removed, part).join('~')
  }),
)

/** Whether everything in `part` was said in `whole`, in order. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) {
    let from = 0
    const all: readonly unknown[] = Array.isArray(whole) ? whole : []
    return part.every((entry) => {
      const found = all.findIndex((other, index) => index >= from && isWithin(entry, other))
      from = found + 1
      return found !== -1
    })
  }
  if (typeof part !== 'object' || part === null) return part === whole
  return Object.entries(part).every(
    ([name, of]) =>
      typeof whole === 'object' && whole !== null && name in whole && isWithin(of, Reflect.get(whole, name)),
  )
}

describe('a presentation changed at random', () => {
  const whole = reveal(payload, made.disclosures)
  assert.ok(whole.ok)
  const { claims } = whole.value

  it('H038 H047 is refused, or says no more than what was signed', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.array(aMutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const text = mutations.reduce((changed, mutate) => (changed === '' ? changed : mutate(changed)), TEXT)
        const compact = readCompactSdJwt(text)
        if (!compact.ok || compact.value.jwt !== 'jwt') return
        const revealed = reveal(payload, compact.value.disclosures)
        if (!revealed.ok) return
        accepted += 1
        assert.equal(isWithin(revealed.value.claims, claims), true)
      }),
      { numRuns: samples(6000) },
    )
    assert.ok(accepted > 0, 'some mutations only leave out')
  })

  it('H040 H047 is never accepted under the key binding, unless it is the very text that was bound', () => {
    fc.assert(
      fc.property(aMutation, (mutate) => {
        const compact = readCompactSdJwt(mutate(TEXT))
        if (!compact.ok) return
        const text = printCompactSdJwt(compact.value)
        const isSame = text === TEXT && compact.value.keyBinding === undefined
        if (text !== TEXT || isSame) assert.equal(checkKeyBinding(binding, { ...BOUND, text }, WINDOW).ok, isSame)
      }),
      { numRuns: samples(6000) },
    )
  })

  it('H041 is refused for another recipient, in another delivery, at another time, and without a binding', () => {
    const checks = [
      checkKeyBinding(binding, { ...BOUND, text: TEXT }, WINDOW),
      checkKeyBinding(binding, { ...BOUND, aud: 'other', text: TEXT }, WINDOW),
      checkKeyBinding(binding, { ...BOUND, nonce: 'other', text: TEXT }, WINDOW),
      checkKeyBinding(binding, { ...BOUND, text: TEXT }, { ...WINDOW, now: 1_002_000 }),
      checkKeyBinding(binding, { ...BOUND, text: TEXT }, { ...WINDOW, now: 998_000 }),
      checkKeyBinding(undefined, { ...BOUND, text: TEXT }, WINDOW),
    ]
    assert.deepEqual(
      checks.map((checked) =>
        checked.ok ? 'ok' : `${checked.problem.code} ${checked.problem.errors?.[0]?.code ?? ''}`,
      ),
      ['ok', ...['aud', 'nonce', 'iat', 'iat', 'shape'].map((code) => `key-binding-invalid ${code}`)],
    )
  })
})
