/** Room 8, to whom: which of the listed post-quantum keys a parcel is sealed to, and when none is good enough. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { createPostQuantumKeyFile } from '#adapters/keys/post-quantum-keys.ts'
import type { PostQuantumKey } from '#adapters/keys/post-quantum-keys.ts'
import { participantOf, mandateOf } from '#gateway/core/routing.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ListedKey, TrustList } from '#gateway/core/trust-list/list.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { openHybrid, parcelFor } from '#gateway/rooms/hybrid-envelope.ts'
import { sealFor } from '#gateway/rooms/seal-for.ts'
import { aKey } from '#test/support/certificates.ts'
import { aTestNetwork } from '#test/support/example-network.ts'

const AT = Date.UTC(2027, 2, 1)
const DAY_MS = 86_400_000
const PARCEL = { content: 'a.b.c', evidence: { leaf: '{}', salt: 'A'.repeat(43), body: '{}' } }

describe('sealFor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seal-for-'))
  let stands: Parameters<typeof sealFor>[1]
  /** A listed key in force, of each name. */
  const keys = new Map<string, { readonly listed: ListedKey; readonly own: PostQuantumKey }>()
  before(async () => {
    const { registry } = await aTestNetwork(AT)
    const mandate = mandateOf(registry, 'pairs-social-worker' as never)
    const edge = registry.edges.find(({ to }) => to === 'pairs-paris')
    const recipient = participantOf(registry, 'pairs-paris' as never)
    assert.ok(mandate !== undefined && edge !== undefined && recipient !== undefined)
    stands = { route: { edge, mandate }, recipient }
    const period = { from: AT - DAY_MS, until: AT + DAY_MS }
    for (const name of ['general', 'own', 'role', 'newer']) {
      const own = await createPostQuantumKeyFile(folder, 'seal', period)
      const listed: ListedKey = { kid: own.kid, use: 'seal', alg: own.jwk.alg, jwk: own.jwk, ...period }
      keys.set(name, { listed, own })
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const key = (name: string, changes: Partial<ListedKey> = {}): ListedKey => ({
    ...(keys.get(name) ?? assert.fail()).listed,
    ...changes,
  })
  interface Listed {
    readonly organisation?: readonly ListedKey[]
    readonly mandate?: readonly ListedKey[]
    readonly revokedAt?: number
  }
  const listOf = ({ organisation, mandate, revokedAt }: Listed): Pick<TrustList, 'organisations' | 'mandates'> => ({
    organisations:
      organisation === undefined
        ? []
        : [
            {
              id: stands.recipient.id,
              uri: stands.recipient.uri,
              role: 'controller',
              keys: organisation,
              ...(revokedAt === undefined ? {} : { revokedAt, reason: 'ceased' as const }),
            },
          ],
    mandates:
      mandate === undefined ? [] : [{ id: stands.route.mandate.id, organisation: stands.recipient.id, keys: mandate }],
  })
  const warned: string[] = []
  const log: Deps['log'] = { info: () => {}, warn: (event) => void warned.push(event), alarm: () => {} }
  const depsWith = (inForce: NonNullable<Deps['trustLists']>['inForce']): Parameters<typeof sealFor>[0] => ({
    envelope: 'hybrid',
    log,
    trustLists: { inForce },
  })
  const hybrid = (listed: Listed) =>
    // Of a verified list, no more is asked for here.
    sealFor(
      depsWith(() => ok({ list: listOf(listed) } as never)),
      stands,
      AT,
    )
  /** Name of the key that it was sealed to, which opens it; or the problem. */
  const sealedTo = async (listed: Listed): Promise<string> => {
    const sealing = hybrid(listed)
    if (typeof sealing === 'string') return sealing
    const { jwe, kid } = await sealing(PARCEL)
    const [name, found] = [...keys].find(([, one]) => one.listed.kid === kid) ?? assert.fail()
    const opened = await openHybrid(jwe, parcelFor(stands.route.mandate.id), { kid, privateKey: found.own.key })
    assert.ok(opened.ok && opened.value.includes(PARCEL.content))
    return name
  }
  const MISSING = 'recipient-hybrid-key-missing'

  it('takes the key of the mandate, else of its organisation for the role, else its general one', async () => {
    const { role } = stands.route.mandate
    const organisation = [key('general'), key('role', { role })]
    assert.equal(await sealedTo({ organisation, mandate: [key('own')] }), 'own')
    assert.equal(await sealedTo({ organisation, mandate: [] }), 'role')
    assert.equal(await sealedTo({ organisation }), 'role')
    assert.equal(await sealedTo({ organisation: [key('general')] }), 'general')
  })

  it('takes the newest of those in force, and none that is revoked, over or yet to come', async () => {
    const newer = key('newer', { from: AT - 1 })
    assert.equal(await sealedTo({ organisation: [key('general'), newer] }), 'newer')
    for (const changes of [{ revokedAt: AT, reason: 'compromised' }, { until: AT }, { from: AT + 1 }] as const)
      assert.equal(await sealedTo({ organisation: [key('general'), { ...newer, ...changes }] }), 'general')
    const later = { revokedAt: AT + 1, reason: 'superseded' } as const
    assert.equal(await sealedTo({ organisation: [key('general'), { ...newer, ...later }] }), 'newer')
  })

  it('never takes a key of another role, use or algorithm, and says that the recipient has none', async () => {
    const classic = await aKey('seal')
    const listed: readonly ListedKey[] = [
      key('role', { role: 'another-role' }),
      key('general', { use: 'sign' }),
      key('newer', { alg: 'ML-DSA-65' }),
      { ...key('own'), kid: classic.kid, alg: 'ECDH-ES+A256KW', jwk: classic.jwk },
    ]
    const before = warned.length
    assert.equal(await sealedTo({ organisation: listed, mandate: listed.slice(1) }), MISSING)
    assert.deepEqual(warned.slice(before), ['the recipient has no post-quantum key in force: what is for it waits'])
  })

  it('seals nothing for an organisation that is not listed or is revoked, whatever keys its mandate has', async () => {
    const mandate = [key('own')]
    assert.equal(await sealedTo({ mandate }), MISSING)
    assert.equal(await sealedTo({ organisation: [], mandate, revokedAt: AT }), MISSING)
    assert.equal(await sealedTo({ organisation: [], mandate, revokedAt: AT + 1 }), 'own')
  })

  it('seals nothing while no list is in force, and never falls back on a classic key', () => {
    assert.ok(stands.recipient.keys.some(({ use }) => use === 'seal'))
    const deps = depsWith(() => fail('trust-list-expired'))
    assert.equal(sealFor(deps, stands, AT), MISSING)
    const { trustLists: _, ...without } = deps
    assert.equal(sealFor(without, stands, AT), MISSING)
  })

  it('where hybrid envelopes are off, seals to the classic key in force, or says that there is none', async () => {
    const classic = sealFor({ log }, stands, AT)
    assert.ok(typeof classic === 'function')
    assert.equal((await classic(PARCEL)).jwe.split('.').length, 5)
    const { route, recipient } = stands
    const bare = { route: { ...route, mandate: { ...route.mandate, keys: [] } }, recipient: { ...recipient, keys: [] } }
    assert.equal(sealFor({ log }, bare, AT), 'recipient-key-missing')
  })
})
