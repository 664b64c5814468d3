/** Starts that a gateway refuses for its trust list, and the way of a list from a proposal to a running gateway. */
import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'mocha'
import { makeExampleNetwork } from '#cli/certs.ts'
import { CommandFailed } from '#cli/exit-codes.ts'
import { TRUST_PATHS } from '#cli/trust-files.ts'
import { openGatewayTrust } from '#cli/wire-trust.ts'
import type { GatewayTrust } from '#cli/wire-trust.ts'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { signList } from '#adapters/trust/sign-list.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry, RegistryText } from '#gateway/core/participants.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import { propose, revokeOrganisation } from '#gateway/core/trust-list/propose.ts'
import { toProposal } from '#gateway/core/trust-list/signed.ts'
import { toOrganisationId } from '#gateway/core/ids.ts'
import { membershipFault } from '#gateway/core/membership.ts'
import type { TrustListBody } from '#gateway/core/trust-list/list.ts'
import { aBroker, aKey } from '#test/support/certificates.ts'
import { DAY_MS, keyText, read } from '#test/support/trust-list.ts'
import { run } from '#test/architecture/run-command.ts'

const AT = Date.now()

describe('the start of a gateway', () => {
  let root: string
  let made: string
  let network: string
  let keyRing: KeyRing
  let text: RegistryText
  let now: number
  let count = 0
  let first: string
  const alarms: string[] = []

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'passerelle-start-'))
    made = join(root, 'network')
    const agencies: unknown = JSON.parse(
      await readFile(join(import.meta.dirname, '../../certs-example/agencies.json'), 'utf8'),
    )
    text = await makeExampleNetwork({ folder: made, agencies, now: AT })
    keyRing = await openFileKeys(join(made, 'broker/keys'))
    first = await readFile(join(made, TRUST_PATHS.list), 'utf8')
  })
  beforeEach(async () => {
    network = join(root, `${(count += 1)}`)
    await cp(join(made, 'trust'), join(network, 'trust'), { recursive: true })
    now = AT
    alarms.length = 0
  })
  after(() => rm(root, { recursive: true, force: true }))

  const registryOf = (changes: Partial<RegistryText> = {}): Registry => registrySchema.parse({ ...text, ...changes })
  const log = { info: () => {}, warn: () => {}, alarm: (event: string) => void alarms.push(event) }
  const open = (registry = registryOf(), ring: Pick<KeyRing, 'publicKeys'> = keyRing): Promise<GatewayTrust> =>
    openGatewayTrust({ network, registry, kept: join(network, 'kept'), keyRing: ring, clock: () => now, log })
  const list = (): Promise<string> => readFile(join(network, TRUST_PATHS.list), 'utf8')
  const publish = async (
    change: (body: TrustListBody) => TrustListBody | undefined,
    officers = ['demo-officer-ana', 'demo-officer-cleo'],
  ): Promise<void> => {
    const before = read(await list())
    const body = change(before.written)
    assert.ok(body !== undefined)
    let proposal = toProposal(propose(before, body, { issued: now }))
    for (const id of officers) {
      const [key] = await readPrivateKeys(join(made, TRUST_PATHS.officer(id)))
      assert.ok(key !== undefined)
      proposal = await signList(read(proposal), key)
    }
    await writeFile(join(network, TRUST_PATHS.list), proposal)
  }
  const refuses = (opening: Promise<GatewayTrust>, code: RegExp): Promise<void> =>
    assert.rejects(opening, (thrown) => thrown instanceof CommandFailed && code.test(thrown.message))

  it('takes keys from the list where network.json has none', async () => {
    const { registry, watch } = await open()
    await watch.stop()
    assert.deepEqual(
      registry().participants.map(({ keys }) => keys.length),
      registry().participants.map(() => 2),
    )
    assert.ok(registry().mandates.every(({ keys }) => keys.length > 0))
  })

  it('is refused without a list', async () => {
    await rm(join(network, TRUST_PATHS.list))
    await refuses(open(), /list\.json: trust-list-missing/)
  })

  it('H102 is refused with a list that has expired', async () => {
    now = AT + 7 * DAY_MS
    await refuses(open(), /trust-list-expired/)
  })

  it('H100 is refused with a list of one officer', async () => {
    await publish((body) => body, ['demo-officer-ana'])
    await refuses(open(), /trust-list-unsigned/)
  })

  it('H101 is refused with a list lower than the highest it has seen', async () => {
    const first = await list()
    await publish((body) => body)
    await (await open()).watch.stop()
    await writeFile(join(network, TRUST_PATHS.list), first)
    await refuses(open(), /trust-list-rolled-back/)
  })

  it('is refused where list and registry contradict each other', async () => {
    const own = keyText(await aKey('sign'), 'sign', AT)
    const withKey = text.participants.map((entry, index) => (index === 0 ? { ...entry, keys: [own] } : entry))
    const moved = text.participants.map((entry, index) =>
      index === 0 ? { ...entry, uri: `${entry.uri}-elsewhere` } : entry,
    )
    await refuses(open(registryOf({ network: 'other.example' })), /trust-list-disagrees.*\/network/)
    await refuses(open(registryOf({ broker: { ...text.broker, uri: 'spiffe://x/broker' } })), /disagrees.*\/broker/)
    await refuses(open(registryOf({ participants: moved })), /disagrees.*\/participants\/0 /)
    await refuses(open(registryOf({ participants: withKey })), /disagrees.*\/participants\/0\/keys/)
    await publish((body) => ({ ...body, mandates: body.mandates.slice(1) }))
    await refuses(open(), /disagrees.*\/mandates\/0 /)
  })

  it('is refused with a key of its own that the list does not name', async () => {
    const { keyRing: strange } = await aBroker()
    await refuses(open(registryOf(), strange), /disagrees.*\/broker\/keys/)
  })

  it('takes what is published while it runs, and is told of a list that is refused', async () => {
    const { registry, watch } = await open()
    const id = text.participants[0]?.id ?? ''
    await publish((body) => revokeOrganisation(body, id, { at: AT, reason: 'compromised' }))
    await watch.look()
    assert.equal(registry().participants.find((entry) => entry.id === id)?.suspendedAt, AT)
    await writeFile(join(network, TRUST_PATHS.list), first)
    await watch.look()
    assert.deepEqual(alarms, ['a published trust list was refused'])
    assert.equal(registry().participants.find((entry) => entry.id === id)?.suspendedAt, AT)
    await watch.stop()
  })

  it('a list that leaves a member out while it runs puts that member out, with an alarm', async () => {
    const { registry, watch } = await open()
    await publish((body) => ({ ...body, organisations: body.organisations.slice(1) }))
    await watch.look()
    const [out] = registry().participants
    assert.deepEqual([out?.keys, out?.suspendedAt], [[], AT])
    assert.ok(alarms.includes('the trust list and the registry disagree'))
    await watch.stop()
  })

  it('takes a changed network.json while it runs, and no faulty one', async () => {
    const path = join(network, 'network.json')
    const write = (changes: Partial<RegistryText>): Promise<void> =>
      writeFile(path, JSON.stringify({ ...text, ...changes }))
    await write({})
    const { registry, watch } = await open()
    await watch.look()
    await write({ edges: text.edges.slice(1) })
    await watch.look()
    assert.equal(registry().edges.length, text.edges.length - 1)
    await writeFile(path, '{')
    await watch.look()
    await write({ edges: [], broker: { ...text.broker, uri: 'spiffe://other.example/broker' } })
    await watch.look()
    assert.equal(registry().edges.length, text.edges.length - 1)
    const refusal = 'a changed network.json was refused: it has faults, or is of another gateway'
    assert.deepEqual(alarms, [refusal, refusal])
    await watch.stop()
  })

  it('starts with a member that is joining, who is in once the list names it', async () => {
    const [first, ...others] = text.participants
    assert.ok(first !== undefined)
    const joining: RegistryText['participants'][number] = { ...first, joining: true }
    const mine = (id: string): boolean => text.mandates.some((one) => one.id === id && one.organisation === first.id)
    const named = await list()
    await publish((body) => ({
      ...body,
      organisations: body.organisations.filter(({ id }) => id !== first.id),
      mandates: body.mandates.filter(({ id }) => !mine(id)),
    }))
    const { registry, watch } = await open(registryOf({ participants: [joining, ...others] }))
    const state = (): readonly unknown[] => {
      const [one] = registry().participants
      return [one?.joining, one?.suspendedAt === undefined, one?.keys.length]
    }
    assert.deepEqual(state(), [true, false, 0])
    assert.equal(membershipFault(registry(), toOrganisationId(first.id) ?? assert.fail(), AT), undefined)
    await refuses(open(registryOf({ participants: [first, ...others] })), /disagrees.*\/participants\/0 /)
    await publish(() => read(named).written)
    await watch.look()
    assert.deepEqual(state(), [undefined, true, 2])
    assert.deepEqual(alarms, [])
    await watch.stop()
  })

  it('follows a list from its proposal over two officers to the folder of the network', async function () {
    this.timeout(120_000)
    const out = join(root, `next-${count}.json`)
    const keyOf = async (id: string): Promise<string> => {
      const [name = ''] = await readdir(join(made, TRUST_PATHS.officer(id)))
      return join(made, TRUST_PATHS.officer(id), name)
    }
    const trust = (...words: readonly string[]): ReturnType<typeof run> => run(['trust', ...words])
    const json = async (...words: readonly string[]): Promise<Readonly<Record<string, unknown>>> =>
      JSON.parse((await trust(...words, '--json')).stdout) as Readonly<Record<string, unknown>>
    const revoking = ['--revoke-organisation', 'pairs-paris', '--reason', 'compromised']
    const proposed = await trust('propose', '--network', network, '--out', out, '--days', '3', ...revoking)
    assert.match(proposed.stdout, /list 2 proposed[^]*organisation pairs-paris is out \(compromised, since /)
    const signed = await trust('sign', out, '--key', await keyOf('demo-officer-ana'), '--network', network)
    assert.match(signed.stdout, /signed list 2 as demo-officer-ana: 1 signatures, 2 needed/)
    assert.match(signed.stderr, /pairs-paris is out/)
    assert.match((await trust('publish', out, '--network', network)).stderr, /trust-list-unsigned/)
    const unshown = await trust('sign', out, '--key', await keyOf('demo-officer-cleo'))
    assert.equal(unshown.exitCode, 0)
    assert.match(unshown.stderr, /compared with no list before[^]*organisation pairs-paris joins/)
    assert.match((await trust('publish', out, '--network', network)).stdout, /published list 2\nTrusted until/)
    const next = join(root, `after-${count}.json`)
    const { version, needed, changes } = await json('propose', '--network', network, '--out', next)
    assert.deepEqual([version, needed, (changes as readonly string[]).at(-1)], [3, 2, 'nothing else changes'])
    const told = await json('sign', next, '--key', await keyOf('demo-officer-ana'), '--network', network)
    assert.deepEqual(told, { version: 3, officer: 'demo-officer-ana', signatures: 1, needed: 2 })
    await json('sign', next, '--key', await keyOf('demo-officer-cleo'), '--network', network)
    const published = await json('publish', next, '--network', network)
    assert.deepEqual(published, await json('show', '--network', network))
    assert.match(String(published['en']), /^Trusted until .* \(list 3\)\.$/)
    const shown = await trust('show', '--network', network)
    assert.match(shown.stdout, /^Trusted until \d+ \w+ \d{4}, \d\d:\d\d UTC \(list 3\)\.\nConfiance assurée jusqu’au /)
  })

  it('adds no key to a first list: nobody could say whose it is', async () => {
    const bare = await mkdtemp(join(tmpdir(), 'passerelle-bare-'))
    try {
      const { network: name, officers } = JSON.parse(
        await readFile(join(network, TRUST_PATHS.officers), 'utf8'),
      ) as Readonly<Record<string, unknown>>
      await writeFile(join(bare, 'body.json'), JSON.stringify({ network: name, officers }))
      const words = ['--network', bare, '--out', join(bare, 'next.json'), '--body', join(bare, 'body.json')]
      const refused = await run(['trust', 'propose', ...words, '--add-key', join(bare, 'key.jws')])
      assert.equal(refused.exitCode, 2)
      assert.match(refused.stderr, /--add-key: no list is published in/)
    } finally {
      await rm(bare, { recursive: true })
    }
  })

  it('says of a list that strangers made and signed that nobody trusts it', async () => {
    const strange = await mkdtemp(join(tmpdir(), 'passerelle-strange-'))
    try {
      const agencies: unknown = JSON.parse(
        await readFile(join(import.meta.dirname, '../../certs-example/agencies.json'), 'utf8'),
      )
      const [own, other] = [join(strange, 'own'), join(strange, 'other')]
      for (const folder of [own, other]) await makeExampleNetwork({ folder, agencies, now: Date.now() })
      assert.equal((await run(['trust', 'show', '--network', own])).exitCode, 0)
      await cp(join(other, TRUST_PATHS.list), join(own, TRUST_PATHS.list))
      const shown = await run(['trust', 'show', '--network', own])
      assert.deepEqual([shown.exitCode, shown.stdout], [1, ''])
      assert.match(shown.stderr, /trust-list-unsigned/)
    } finally {
      await rm(strange, { recursive: true, force: true })
    }
  })
})
