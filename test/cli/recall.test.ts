/** `recall status | attest` and `members report`, over a gateway that serves: what a sender can show afterwards, and what an operator can. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import type { Answer } from '#adapters/agency-kit/client.ts'
import { checkAttestation, readClosure } from '#adapters/agency-kit/closure.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'

const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const
const closureSchema = z.looseObject({
  isClosed: z.boolean(),
  organisations: z.array(
    z.looseObject({
      organisation: z.string(),
      state: z.string(),
      proofs: z.array(z.string()),
      attestations: z.array(z.looseObject({ digest: z.string(), at: z.string(), signed: z.string() })),
    }),
  ),
})

describe('recall and members on the command line', function () {
  this.timeout(60_000)
  let serving: Serving
  let recallId = ''
  const as = (who: string): readonly string[] => ['--home', serving.folder, '--url', serving.url, '--as', who]
  const json = async (...words: readonly string[]): Promise<unknown> => {
    const { code, text } = await serving.run(...words, '--json')
    assert.equal(code, 0, text)
    return JSON.parse(text.slice(text.indexOf('{')))
  }
  const caseId = 'DEMO-RECALL-1'

  before(async () => {
    serving = await openServing()
    await serving.start()
    using prison = await serving.member('prison-paris')
    using court = await serving.member('court-paris', 'sentence-judge')
    const item = anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' })
    const send = async (body: object): Promise<string> => (await prison.send(whole(serving, body))).id
    await send(aHandover({ caseId, ...ON_SENTENCE, items: [item], to: ['court-paris'] }))
    for (const { id } of await arrived(court, prison, 1)) {
      await court.open(id)
      await court.acknowledge(id)
    }
    recallId = await send({ kind: 'Recall', caseId, ...ON_SENTENCE, recalled: [item.itemId], reason: 'inaccurate' })
    await arrived(court, prison, 2)
  })
  after(() => serving[Symbol.asyncDispose]())

  it('shows the sender that it waits, then that it is closed by an attestation that it verified itself', async () => {
    const open = closureSchema.parse(await json('recall', 'status', recallId, ...as('prison-paris')))
    assert.deepEqual([open.isClosed, open.organisations.map(({ state }) => state)], [false, ['waiting']])
    const grounds = ['--purpose', ON_SENTENCE.purpose, '--basis', ON_SENTENCE.legalBasisId]
    const attested = await serving.run('recall', 'attest', recallId, ...as('sentence-judge'), ...grounds)
    assert.equal(attested.code, 0, attested.text)
    const closed = closureSchema.parse(await json('recall', 'status', recallId, ...as('prison-paris')))
    assert.equal(closed.isClosed, true)
    assert.deepEqual(
      closed.organisations.map(({ state, proofs }) => [state, proofs]),
      [['deleted', ['verified']]],
    )
    const { text } = await serving.run('recall', 'status', recallId, ...as('prison-paris'))
    assert.match(text, /closed\n +court-paris +deleted .*attestation verified/)
  })

  it('believes no attestation of another organisation, to another recall, of another time or changed in a bit', async () => {
    using prison = await serving.member('prison-paris')
    const list = await prison.trust()
    const closure = closureSchema.parse(await json('recall', 'status', recallId, ...as('prison-paris')))
    const [line] = closure.organisations
    const [evidence] = line?.attestations ?? []
    assert.ok(line !== undefined && evidence !== undefined)
    const { signed, digest } = evidence
    const about = { recallId, organisation: 'court-paris', digest, at: Date.parse(evidence.at) }
    const check = async (text: string, changes: object = {}): Promise<string> => {
      const checked = await checkAttestation(text, { ...about, ...changes }, list)
      return checked.ok ? checked.value : checked.problem.code
    }
    assert.equal(await check(signed), 'deleted')
    assert.equal(await check(signed, { organisation: 'prison-paris' }), 'key-unknown')
    assert.equal(await check(signed, { recallId: '018f0000-0000-7000-8000-000000000001' }), 'message-out-of-turn')
    assert.equal(await check(signed, { digest: 'a'.repeat(64) }), 'message-out-of-turn')
    const [head = '', payload = '', signature = ''] = signed.split('.')
    assert.equal(
      await check(`${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`),
      'signature-invalid',
    )
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object
    const other = Buffer.from(JSON.stringify({ ...said, action: 'locked' })).toString('base64url')
    assert.equal(await check(`${head}.${other}.${signature}`), 'signature-invalid')
  })

  it('says of what the gateway alone says that nobody signed it, and of what was locked that it was not deleted', async () => {
    using prison = await serving.member('prison-paris')
    const told: unknown = JSON.parse(
      (await prison.call({ method: 'GET', path: `/v1/submissions/${recallId}/closure` })).text,
    )
    const closure = closureSchema.parse(await json('recall', 'status', recallId, ...as('prison-paris')))
    const [line] = closure.organisations
    assert.ok(line !== undefined && typeof told === 'object')
    /** As the gateway would have it. */
    const proofsFor = async (state: string, attestations: readonly unknown[]): Promise<readonly string[]> => {
      const text = JSON.stringify({ ...told, isClosed: true, organisations: [{ ...line, state, attestations }] })
      const call = async (): Promise<Answer> => ({ status: 200, headers: {}, text })
      const read = await readClosure({ call, trust: prison.trust }, recallId)
      return read.organisations.flatMap(({ proofs }) => proofs)
    }
    const [deleted] = line.attestations
    assert.deepEqual(await proofsFor('deleted', [deleted]), ['verified'])
    assert.deepEqual(await proofsFor('deleted', []), ['unsigned'])
    assert.deepEqual(await proofsFor('locked', []), ['unsigned'])
    assert.deepEqual(await proofsFor('waiting', []), [])
    assert.deepEqual(await proofsFor('locked', [deleted]), ['verified'])
    const { digest = '', at } = deleted ?? {}
    assert.deepEqual(await proofsFor('deleted', [{ digest, at }]), ['erased'])
    const key = (await readPrivateKeys(join(serving.folder, 'organisations/court-paris/keys'))).find(
      ({ use }) => use === 'sign',
    )
    assert.ok(key !== undefined && deleted !== undefined)
    const said = JSON.parse(Buffer.from(deleted.signed.split('.')[1] ?? '', 'base64url').toString('utf8')) as object
    const signed = await signCompact(Buffer.from(canonicalise({ ...said, action: 'locked' })), 'gw-case+jws', key)
    const locked = { signed, digest: sha256Hex(signed), at }
    assert.deepEqual(await proofsFor('locked', [locked]), ['verified'])
    assert.deepEqual(await proofsFor('deleted', [locked]), ['verified', 'unsigned'])
    assert.deepEqual(await proofsFor('deleted', [locked, deleted]), ['verified', 'verified'])
  })

  it('reports what a member holds, by case and kind and without content', async () => {
    const flags = ['--network', serving.folder, '--database', serving.database]
    const kek = ['--kek', join(serving.folder, EXAMPLE_PATHS.kek)]
    const { code, text } = await serving.run('members', 'report', 'court-paris', ...flags, ...kek)
    assert.equal(code, 0, text)
    assert.match(text, /court-paris: holds this\n +DEMO-RECALL-1 +CaseHandover +1 deliveries +1 items +1 recalled/)
    assert.ok(!text.includes('MARTIN'))
    assert.doesNotMatch(text, /data protection/)
    const path = join(serving.folder, EXAMPLE_PATHS.registry)
    const network = await readFile(path, 'utf8')
    const withOfficer = (dpo: string): string => network.replace('"id": "court-paris",', `$& "dpo": "${dpo}",`)
    await writeFile(path, withOfficer('dpo@court.example'))
    const named = await serving.run('members', 'report', 'court-paris', ...flags, ...kek)
    assert.match(named.text, /data protection officer: dpo@court\.example/)
    assert.throws(() => registrySchema.parse(JSON.parse(withOfficer('nobody'))), /dpo/)
    await writeFile(path, network)
    const nobody = await serving.run('members', 'report', 'nobody-there', ...flags, ...kek)
    assert.match(nobody.text, /nobody-there: holds nothing/)
  })

  it('tells nobody else how a recall stands, and refuses what is no id', async () => {
    const stranger = await serving.run('recall', 'status', recallId, ...as('court-paris'))
    assert.deepEqual([stranger.code, /404 not-found/.test(stranger.text)], [1, true])
    const nothing = await serving.run('recall', 'status', '../v1', ...as('prison-paris'))
    assert.deepEqual([nothing.code, /not the id of a message/.test(nothing.text)], [2, true])
    const unasked = await serving.run('recall', 'attest', recallId, ...as('probation-paris'))
    assert.deepEqual([unasked.code, /no recall or correction of that id/.test(unasked.text)], [1, true])
  })
})

function whole({ audience }: Serving, body: object): object {
  const iss = `spiffe://${new URL(audience).host}/org/prison-paris`
  return {
    sch: 'passerelle/1',
    iss,
    aud: audience,
    iat: Math.floor(Date.now() / 1000),
    jti: crypto.randomUUID(),
    ...body,
  }
}

type Court = Awaited<ReturnType<Serving['member']>>

/** Everything in the mailbox, once so much is; two members witness what is logged. */
async function arrived(member: Court, witness: Court, count: number): ReturnType<Court['list']> {
  for (;;) {
    await witness.witness()
    const listed = await member.list()
    if (listed.length >= count) return listed
    await new Promise((done) => setTimeout(done, 50))
  }
}
