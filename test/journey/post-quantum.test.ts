/** The two post-quantum switches over the real door: what members make of a gateway that signs twice and seals hybrid, or does not. */
import assert from 'node:assert/strict'
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { believeContent } from '#adapters/agency-kit/believe-content.ts'
import { gatewayKeysOf, hybridSealingOf, secondKeysOf } from '#adapters/agency-kit/member-trust.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { recipientOf } from '#adapters/agency-kit/open-parcel.ts'
import { readPostQuantumKeys } from '#adapters/keys/post-quantum-keys.ts'
import { eventually } from '#test/support/eventually.ts'
import { inNetwork, publishNext } from '#test/support/officers.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'

const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const
const BOTH = { PASSERELLE_SECOND_SIGNATURE: 'on', PASSERELLE_ENVELOPE: 'hybrid', PASSERELLE_LOG: 'warn' }

describe('the post-quantum switches', function () {
  this.timeout(180_000)
  this.bail(true)
  let serving: Serving
  let prison: Member
  let court: Member
  const item = anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' })
  const handOver = (to: string): ReturnType<Member['send']> =>
    prison.send(
      inNetwork(serving, 'prison-paris', aHandover({ caseId: 'DEMO-PQ', ...ON_SENTENCE, items: [item], to: [to] })),
    )
  /** What waits for the court now; two members witness meanwhile. */
  const waiting = async (): ReturnType<Member['list']> => {
    await prison.witness()
    await court.witness()
    return (await court.list()).filter(({ state }) => state === 'in-mailbox')
  }
  const askKey = async (keys: string, use: string): Promise<void> => {
    const request = join(serving.folder, 'key.jws')
    const asked = ['--keys', join(serving.folder, keys), '--use', use, '--post-quantum', '--out', request]
    assert.equal((await serving.run('trust', 'ask-key', ...asked)).code, 0)
    await publishNext(serving, '--add-key', request)
  }
  const restart = async (settings?: Readonly<Record<string, string>>): Promise<void> => {
    await serving.kill()
    await serving.start(settings)
    prison[Symbol.dispose]()
    court[Symbol.dispose]()
    prison = await serving.member('prison-paris')
    court = await serving.member('court-paris', 'sentence-judge')
  }

  before(async () => {
    serving = await openServing()
    await serving.start()
    prison = await serving.member('prison-paris')
    court = await serving.member('court-paris', 'sentence-judge')
  })
  after(async () => {
    prison[Symbol.dispose]()
    court[Symbol.dispose]()
    await serving[Symbol.asyncDispose]()
  })

  it('are off: a parcel is a JWE under one signature, and so is a receipt', async () => {
    const { receipt } = await handOver('court-paris')
    assert.equal(receipt.split('\n').length, 1)
    const [parcel] = await eventually(waiting, (all) => all.length === 1)
    const { text } = await court.call({ method: 'GET', path: `/v1/deliveries/${parcel?.id ?? ''}` })
    assert.equal(text.split('.').length, 5)
    const { content } = await court.fetch(parcel?.id ?? '')
    assert.ok(!content.includes('\n'))
    await court.acknowledge(parcel?.id ?? '')
  })

  it('keep the gateway from starting where it has no key, or one that the officers have not listed', async () => {
    await serving.kill()
    await assert.rejects(serving.start(BOTH), /broker\/keys: no ML-DSA-65 key to sign a second time with/)
    const keys = join(serving.folder, 'broker/keys')
    const request = join(serving.folder, 'unlisted.jws')
    const asked = ['--keys', keys, '--use', 'sign', '--post-quantum', '--out', request]
    assert.equal((await serving.run('trust', 'ask-key', ...asked)).code, 0)
    await assert.rejects(serving.start(BOTH), /trust-list-disagrees.*not-in-the-trust-list/)
    await publishNext(serving, '--add-key', request)
    await restart(BOTH)
  })

  it('name the recipient that has no post-quantum key, deliver nothing to it, and go on once it has one', async () => {
    const { receipt } = await handOver('court-paris')
    assert.equal(receipt.split('\n').length, 2)
    await eventually(
      async () => serving.said(),
      (said) => /no post-quantum key in force[^\n]*sentence-judge|sentence-judge[^\n]*no post-quantum key/.test(said),
    )
    assert.deepEqual(await waiting(), [])
    await askKey('mandates/sentence-judge/keys', 'seal')
    await restart(BOTH)
    const [parcel] = await eventually(waiting, (all) => all.length === 1)
    assert.equal(parcel?.kind, 'CaseHandover')
  })

  it('seal to both agreements and sign twice, and the member opens and believes it by itself', async () => {
    const [parcel] = await waiting()
    const { text } = await court.call({ method: 'GET', path: `/v1/deliveries/${parcel?.id ?? ''}` })
    const kid = recipientOf(text)
    const [held] = await readPostQuantumKeys(join(serving.folder, 'mandates/sentence-judge/keys'))
    assert.deepEqual([text.split('.').length, kid.ok && kid.value === held?.kid], [3, true])
    const received = await court.fetch(parcel?.id ?? '')
    assert.equal(received.content.split('\n').length, 2)
    assert.equal(received.projection.items[0]?.value, 'Alix DEMO-MARTIN')

    const list = await court.trust()
    const now = Date.now()
    const verdict = async (content: string): Promise<string> => {
      const { organisations } = list
      const typeOf = (): string => 'judge'
      const second = secondKeysOf(list, now)
      const read = await believeContent(content, {
        gatewayKeys: gatewayKeysOf(list, now),
        organisations,
        second,
        typeOf,
      })
      return read.ok ? 'believed' : read.problem.code
    }
    const [first = '', second = ''] = received.content.split('\n')
    const at = second.lastIndexOf('.') + 100
    const broken = `${second.slice(0, at)}${second[at] === 'A' ? 'B' : 'A'}${second.slice(at + 1)}`
    assert.ok(!['second-signature-invalid', 'second-signature-missing'].includes(await verdict(received.content)))
    assert.equal(await verdict(`${first}\n${broken}`), 'second-signature-invalid')
    assert.equal(await verdict(first), 'second-signature-missing')
    await court.acknowledge(parcel?.id ?? '')
  })

  it('have members refuse what a gateway with its switch off sends them, and say which', async () => {
    await restart({ PASSERELLE_ENVELOPE: 'hybrid' })
    await assert.rejects(handOver('court-paris'), /receipt was not believed: second-signature-missing/)
    const [parcel] = await eventually(waiting, (all) => all.length === 1)
    await assert.rejects(court.fetch(parcel?.id ?? ''), /parcel was not believed: second-signature-missing/)
  })

  it('have members seal to both agreements too, once the officers list a key of the gateway for it, and go back to none without', async () => {
    await askKey('broker/keys', 'seal')
    await restart(BOTH)
    assert.ok(hybridSealingOf(await prison.trust(), Date.now()) !== undefined)
    const before = (await waiting()).length
    await handOver('court-paris')
    await eventually(waiting, (all) => all.length > before)

    const keys = join(serving.folder, 'broker/keys')
    const held = (await readPostQuantumKeys(keys)).find(({ use }) => use === 'seal')
    const file = readdirSync(keys).find((name) => name.startsWith('seal-') && name.endsWith('.akp.json')) ?? ''
    assert.equal(hybridSealingOf(await prison.trust(), Date.now())?.kid, held?.kid)
    await serving.kill()
    renameSync(join(keys, file), join(serving.folder, file))
    await assert.rejects(serving.start(BOTH), /trust-list-disagrees.*not-held-here/)
    renameSync(join(serving.folder, file), join(keys, file))
    await restart(BOTH)
  })

  it('leave the gateway’s classic keys in force', async () => {
    const { gateway } = await court.trust()
    assert.deepEqual(gateway.keys.map(({ use, alg }) => `${use} ${alg}`).toSorted(), [
      'present ES256',
      'seal ECDH-ES+A256KW',
      'seal HPKE-MLKEM768-X25519-SHA256-A256GCM',
      'sign ES256',
      'sign ML-DSA-65',
    ])
    const [classic] = gateway.keys.filter(({ alg }) => alg === 'ES256')
    assert.ok((classic?.until ?? 0) > Date.now() + 60 * 86_400_000)
  })
})
