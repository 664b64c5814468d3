/** Copies that lie about themselves or about one another, at the door. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import { sealMessage, signCompact } from '#adapters/agency-kit/sign-message.ts'
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { COPIES_ENVELOPE } from '#gateway/core/jose-headers.ts'
import { conceal, hidden, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode } from '#gateway/core/sd-jwt/conceal.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { aCaseId, employment, handover, identity, openStage } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { aCopySender } from '#test/support/copy-sender.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'
import { A_SALT, encode, saltsFrom } from '#test/support/sd-jwt.ts'

describe('copies at the door', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const posted = async (json: object): Promise<string> => {
    const { gateway } = stage
    const jwe = await encryptTo({ text: JSON.stringify(json), rule: COPIES_ENVELOPE, key: gateway.broker.sealKey })
    const { code, errors } = refusal(422, await gateway.post('prison-paris', jwe))
    return [code, errors?.[0]?.code].join(' ')
  }
  /** One copy, whole, of any payload that the prison signs. */
  const copyOf = async (changes: object, disclosures: readonly string[] = []): Promise<string> => {
    const { broker, network } = stage.gateway
    const open = {
      sch: 'passerelle/1',
      iss: 'spiffe://net.test/org/prison-paris',
      iat: Math.floor(stage.gateway.now() / 60_000) * 60,
      jti: '66666666-6666-4666-8666-666666666666',
      ver: 7,
      cnf: { jwk: broker.presentKey.jwk },
      audienceClass: 'SP',
    }
    const bytes = Buffer.from(JSON.stringify({ ...open, _sd_alg: 'sha-256', ...changes }))
    const jwt = await signCompact(bytes, 'gw-case+sd-jwt', network.keyOf('prison-paris', 'sign'))
    return `${[jwt, ...disclosures].join('~')}~`
  }

  it('H044 refuses a reserved name, a hidden claim over an open one, and a digest twice', async () => {
    const reserved = encode([A_SALT, '_sd', []])
    const over = encode([A_SALT, 'iss', 'spiffe://net.test/org/court-paris'])
    const digest = sha256Base64Url(over)
    assert.equal(
      await posted({ copies: [await copyOf({ _sd: [sha256Base64Url(reserved)] }, [reserved])] }),
      'disclosure-refused reserved-name',
    )
    assert.equal(await posted({ copies: [await copyOf({ _sd: [digest] }, [over])] }), 'disclosure-refused name-twice')
    assert.equal(await posted({ copies: [await copyOf({ _sd: [digest, digest] })] }), 'disclosure-refused digest-twice')
  })

  it('H045 refuses forty disclosures inside one another', async () => {
    let inner = encode([A_SALT, 'note', 1])
    const nested = [inner]
    for (let depth = 0; depth < 40; depth += 1) {
      inner = encode([A_SALT, 'note', { _sd: [sha256Base64Url(inner)] }])
      nested.push(inner)
    }
    assert.equal(
      await posted({ copies: [await copyOf({ _sd: [sha256Base64Url(inner)] }, nested)] }),
      'disclosure-refused too-deep',
    )
  })

  it('H046 refuses any algorithm but sha-256', async () =>
    assert.equal(await posted({ copies: [await copyOf({ _sd_alg: 'sha-256-32' })] }), 'disclosure-refused algorithm'))

  it('refuses a copy that somebody else could present', async () =>
    assert.equal(
      await posted({ copies: [await copyOf({ cnf: { jwk: stage.gateway.broker.signKey.jwk } })] }),
      'key-binding-invalid not-ours',
    ))

  it('H042 H049 refuses copies that say another thing than the message beside them', async () => {
    const { gateway } = stage
    const own = aCaseId()
    const payload = gateway.message('prison-paris', handover(own, [employment()]))
    const jwt = (await copyOf({ audienceClass: 'SP' })).split('~')[0] ?? ''
    const copies = [{ jwt, seed: 'A'.repeat(43), caseHandle: 'a'.repeat(32) }]
    assert.equal(await posted({ message: payload, copies }), 'copies-differ message')
    assert.equal(await posted({ message: payload, copies: [...copies, ...copies] }), 'copies-differ audienceClass')
  })

  it('H049 refuses a ladder that the sender signed and that contradicts itself, and shows nobody any of it', async () => {
    const { gateway } = stage
    const own = aCaseId()
    const born = identity({ term: 'birth-date', value: '1987-03-14' })
    const message = copiedMessage(gateway.message('prison-paris', handover(own, [born])))
    assert.ok(message !== undefined)
    const signed = async (wrong: Readonly<Record<string, unknown>>): Promise<string> => {
      const copy = { audienceClass: 'SP', jti: randomUUID(), caseHandle: 'a'.repeat(32), ver: 7 }
      const made = copiesOf({
        message,
        copies: [{ ...copy, salt: saltsFrom('salts of a liar') }],
        presenter: gateway.broker.presentKey.jwk,
      })
      assert.ok(made.ok)
      const [unsigned] = made.value
      assert.ok(unsigned !== undefined)
      const lied = withParts(unsigned.nodes, wrong)
      const { payload, disclosures } = conceal({ kind: 'object', width: 8, members: lied }, saltsFrom('others'))
      const key = gateway.network.keyOf('prison-paris', 'sign')
      return [await signCompact(Buffer.from(payload), 'gw-case+sd-jwt', key), ...disclosures, ''].join('~')
    }
    for (const [part, value] of [
      ['g3', '2000s'],
      ['g1', '1987-04'],
      ['g2', '1988'],
    ] as const)
      assert.match(await posted({ copies: [await signed({ [part]: value })] }), /^ladder-contradicted /, part)
    assert.deepEqual(await gateway.deps.store.read.messages.ofCase(own as never), [])
    const jwe = await encryptTo({
      text: JSON.stringify({ copies: [await signed({})] }),
      rule: COPIES_ENVELOPE,
      key: gateway.broker.sealKey,
    })
    expectStatus(202, await gateway.post('prison-paris', jwe))
  })

  it('refuses what holds items and was signed whole', async () => {
    const { gateway } = stage
    const payload = gateway.message('prison-paris', handover(aCaseId(), [employment()]))
    const plain = await sealMessage(payload, gateway.network.keyOf('prison-paris', 'sign'), gateway.broker.sealKey)
    assert.equal(refusal(422, await gateway.post('prison-paris', plain)).code, 'copies-missing')
  })

  it('H048 refuses copies that do not follow on the last ones of their case', async () => {
    const { gateway } = stage
    const own = aCaseId()
    const sender = aCopySender(gateway.deps.registry)
    const keys = {
      signing: gateway.network.keyOf('prison-paris', 'sign'),
      sealing: gateway.broker.sealKey,
      presenting: gateway.broker.presentKey,
    }
    const seal = async (changes = {}): Promise<{ readonly jwe: string; readonly taken: () => void }> => {
      const sealed = await sender.seal(
        'prison-paris',
        gateway.message('prison-paris', handover(own, [employment()])),
        keys,
        changes,
      )
      assert.ok(sealed !== undefined)
      return sealed
    }
    const first = await seal()
    expectStatus(202, await gateway.post('prison-paris', first.jwe))
    assert.equal(refusal(409, await gateway.post('prison-paris', (await seal()).jwe)).code, 'case-stale')
    first.taken()
    const sent = sender.sentOf('prison-paris', own)
    assert.ok(sent !== undefined)
    const above = Object.fromEntries(Object.entries(sent.versions).map(([name, ver]) => [name, ver + 1_000_000]))
    const second = await seal({ sent: { versions: above, digest: sent.digest } })
    expectStatus(202, await gateway.post('prison-paris', second.jwe))
    second.taken()
    const digest = sender.sentOf('prison-paris', own)?.digest ?? ''
    const lower = await seal({ sent: { versions: sent.versions, digest } })
    assert.equal(refusal(409, await gateway.post('prison-paris', lower.jwe)).errors?.[0]?.code, 'not-higher')
    expectStatus(202, await gateway.post('prison-paris', (await seal()).jwe))
  })
})

/** The nodes of a copy with other parts in each of its items. */
function withParts(
  nodes: Readonly<Record<string, ClaimNode>>,
  wrong: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ClaimNode>> {
  const { items } = nodes
  assert.ok(items?.kind === 'hidden' && items.node.kind === 'array')
  const elements = items.node.elements.map((element): ClaimNode => {
    assert.ok(element.kind === 'hidden' && element.node.kind === 'object')
    const { members, width } = element.node
    const parts = Object.fromEntries(Object.entries(wrong).map(([name, part]) => [name, hidden(value(part))]))
    return hidden({ kind: 'object', members: { ...members, ...parts }, ...(width === undefined ? {} : { width }) })
  })
  return { ...nodes, items: hidden({ ...items.node, elements }) }
}
