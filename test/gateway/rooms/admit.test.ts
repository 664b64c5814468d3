/** Renewal and enrolment where this gateway runs no authority of members. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { enrol, keepKeyRequest, readAuthorities, readEnrolment, renewCertificate } from '#gateway/rooms/admit.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { aTestNetwork } from '#test/support/example-network.ts'
import { codeOf } from '#test/support/problem-code.ts'

describe('a gateway without an authority of members', () => {
  const AT = Date.UTC(2027, 2, 1)
  const deps: Pick<Deps, 'issuer' | 'clock'> = { clock: () => AT }

  it('renews no certificate, whoever presents which', async () => {
    const peer = { raw: Uint8Array.of(), serialNumber: '01' }
    const renewed = await renewCertificate(
      deps,
      { uri: 'spiffe://example.test/org/prison-paris' },
      { request: '', peer },
    )
    assert.equal(codeOf(renewed), 'renewal-unavailable')
  })

  it('has no authorities to hand out', () => {
    assert.equal(codeOf(readAuthorities(deps)), 'renewal-unavailable')
  })

  it('takes no key, and says the same to a member as to a stranger', async () => {
    const { registry } = await aTestNetwork(AT)
    for (const organisation of ['prison-paris', 'nobody-here']) {
      const asked = { organisation, code: 'a code', request: '' }
      assert.equal(codeOf(await enrol({ ...deps, registry: () => registry }, asked)), 'renewal-unavailable')
    }
  })

  it('keeps no request of a key for officers', () => {
    const member = { id: 'prison-paris', uri: 'spiffe://example.test/org/prison-paris' } as never
    assert.equal(codeOf(keepKeyRequest(deps, member, {} as never)), 'renewal-unavailable')
  })

  it('knows of no enrolment', () => {
    assert.equal(codeOf(readEnrolment(deps, 'some-id')), 'renewal-unavailable')
  })
})
