/** Contents that begin alike: what was worked out of the beginning changes nothing of what is printed. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import { digestOfContent, printParcel } from '#gateway/core/parcel.ts'
import { beginWith } from '#gateway/core/shared-beginning.ts'
import { withSecondSignature } from '#gateway/rooms/second-signature.ts'
import { openShownTexts } from '#gateway/rooms/shown-texts.ts'
import { samples } from '#test/support/samples.ts'

const piece = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
const odd = fc.constantFrom('QR', 'é', 'a b', '')
const text = fc.array(fc.oneof({ weight: 9, arbitrary: piece }, odd), { minLength: 1, maxLength: 12 })
const evidence = { leaf: 'leaf', salt: 'salt', body: 'body' }
const ready = { parts: new Map(), byId: new Map(), corrected: [] }

describe('a shared beginning', () => {
  it('gives every content the digest and the plaintext that it has by itself', () => {
    fc.assert(
      fc.property(text, text, (first, last) => {
        const begun = beginWith(`${first.join('~')}~`)
        const rest = last.join('.')
        const content = `${begun.text}${rest}`
        assert.equal(digestOfContent(rest, begun), digestOfContent(content))
        assert.deepEqual(printParcel({ content: rest, evidence, begun }), printParcel({ content, evidence }))
        assert.equal(begun.digestOnward('', 'base64url'), sha256Base64Url(begun.text))
      }),
      { numRuns: samples(200) },
    )
  })

  it('is signed a second time with what comes after it', async () => {
    const begun = beginWith('QQ~')
    const over = async (_typ: string, payload: Uint8Array): Promise<string> => Buffer.from(payload).toString('latin1')
    const twice = await withSecondSignature('QUE', over, begun)
    assert.equal(`${begun.text}${twice}`, await withSecondSignature('QQ~QUE', over))
  })

  it('ends where a piece does', () => {
    assert.throws(() => beginWith('QQ~QQ'), TypeError)
  })
})

describe('texts that were shown', () => {
  it('are the same for the same choice, and anew for another', () => {
    const texts = openShownTexts()
    const shown = texts.of(ready, 'jwt', ['b', 'a'])
    assert.equal(shown.text, 'jwt~a~b~')
    assert.equal(texts.of(ready, 'jwt', ['b', 'a']), shown)
    assert.equal(texts.of(ready, 'jwt', ['b']).text, 'jwt~b~')
    assert.equal(texts.of(ready, 'jws', ['b']).text, 'jws~b~')
    assert.equal(texts.of({ ...ready }, 'jwt', ['c']).text, 'jwt~c~')
  })

  it('are let go of when they are forgotten', () => {
    const texts = openShownTexts()
    const shown = texts.of(ready, 'jwt', ['a'])
    texts.forget()
    assert.notEqual(texts.of(ready, 'jwt', ['a']), shown)
  })
})
