/** The SDK: a method for each operation, tries that are safe, and JavaScript that plain Node runs. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, describe, it } from 'mocha'
import type { Answer, Call } from '#adapters/agency-kit/client.ts'
import { sdkOver } from '#adapters/agency-kit/sdk.ts'
import type { Sdk } from '#adapters/agency-kit/sdk.ts'
import { OPERATIONS } from '#gateway/http/agency/operations.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ID = '018f0000-0000-7000-8000-000000000001'
const CHOICE = { depth: 'D2' } as const
const JOIN_REQUEST = { payload: 'AA', certificates: 'x', signatures: [{ by: 'certificate', signature: 'AA' }] }

/** How each method is called. A method that is missing here, or of the SDK, does not compile. */
const CALLS: Readonly<
  Record<Exclude<keyof Sdk, typeof Symbol.dispose | 'deliveries'>, (sdk: Sdk) => Promise<unknown>>
> = {
  submit: (sdk) => sdk.submit('a.b.c.d.e'),
  readSubmission: (sdk) => sdk.readSubmission(ID),
  readClosure: (sdk) => sdk.readClosure(ID),
  release: (sdk) => sdk.release(ID, 'a.b.c.d.e'),
  readLastCopies: (sdk) => sdk.readLastCopies('CASE-1'),
  listDeliveries: (sdk) => sdk.listDeliveries({ limit: 5 }),
  collectDelivery: (sdk) => sdk.collectDelivery(ID),
  acknowledgeDelivery: (sdk) => sdk.acknowledgeDelivery(ID),
  pullUp: (sdk) => sdk.pullUp(ID, { depth: 'D3', reason: 'The next interview needs it.' }),
  readDefaultChoice: (sdk) => sdk.readDefaultChoice(),
  changeDefaultChoice: (sdk) => sdk.changeDefaultChoice(CHOICE, 0),
  readChoice: (sdk) => sdk.readChoice('CASE-1'),
  changeChoice: (sdk) => sdk.changeChoice('CASE-1', CHOICE, 3),
  renewCertificate: (sdk) => sdk.renewCertificate('AA'),
  readAuthorities: (sdk) => sdk.readAuthorities(),
  readWitnessRequest: (sdk) => sdk.readWitnessRequest(7),
  postCosignature: (sdk) => sdk.postCosignature('x'),
  readCheckpoint: (sdk) => sdk.readCheckpoint(),
  readNetwork: (sdk) => sdk.readNetwork(),
  requestKeys: (sdk) => sdk.requestKeys(JOIN_REQUEST),
  readKeys: (sdk) => sdk.readKeys(),
  readTrustList: (sdk) => sdk.readTrustList(),
  readRevocationLists: (sdk) => sdk.readRevocationLists(),
  readProblem: (sdk) => sdk.readProblem('not-found'),
  readDescription: (sdk) => sdk.readDescription(),
}

type Answering = (call: Call, tried: number) => Partial<Answer> | Error
const asked = (answer: Answering): { readonly sdk: Sdk; readonly calls: Call[] } => {
  const calls: Call[] = []
  const client = {
    call: async (call: Call): Promise<Answer> => {
      calls.push(call)
      const made = answer(call, calls.length)
      if (made instanceof Error) throw made
      return { status: 200, headers: {}, text: '{}', ...made }
    },
    [Symbol.dispose]: () => {},
  }
  return { sdk: sdkOver(client, { firstGapMs: 1 }), calls }
}

describe('the SDK', () => {
  for (const { id, method, path, needs, body } of OPERATIONS)
    it(`has a method for ${id}, which asks as the operation is described`, async () => {
      const entry = Object.entries(CALLS).find(([name]) => name === id)
      assert.ok(entry !== undefined, `no method for ${id}`)
      const { sdk, calls } = asked(() => ({}))
      await entry[1](sdk)
      const [call] = calls
      assert.ok(call !== undefined)
      const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?.*)?$`)
      assert.equal(call.method.toLowerCase(), method)
      assert.match(call.path, pattern)
      assert.equal(call.body !== undefined, body !== undefined)
      if (body !== undefined) assert.equal(call.contentType ?? 'application/json', body.mediaType)
      const headers = Object.keys(call.headers ?? {})
      if (needs === 'idempotency-key') assert.ok(headers.includes('idempotency-key'))
      if (needs === 'precondition') assert.ok(headers.some((name) => /^if-(none-)?match$/.test(name)))
    })

  it('has no method that no operation asks for', () =>
    assert.deepEqual(Object.keys(CALLS).toSorted(), OPERATIONS.map(({ id }) => id).toSorted()))

  it('tries again under the same key where there was no answer or one to ask later, and no more often than it was told', async () => {
    const { sdk, calls } = asked((_, tried) =>
      tried === 1 ? new Error('reset') : tried === 2 ? { status: 503 } : { text: `{"id":"${ID}"}` },
    )
    assert.deepEqual(await sdk.submit('x'), { id: ID })
    assert.equal(calls.length, 3)
    assert.equal(new Set(calls.map(({ headers }) => headers?.['idempotency-key'])).size, 1)
    const never = asked(() => new Error('reset'))
    await assert.rejects(never.sdk.readKeys(), /reset/)
    assert.equal(never.calls.length, 5)
  })

  it('does not try again what was refused', async () => {
    const { sdk, calls } = asked(() => ({ status: 400, text: '{"title":"No","code":"message-malformed"}' }))
    await assert.rejects(sdk.submit('x'), /400 message-malformed/)
    assert.equal(calls.length, 1)
  })

  it('follows the cursor to the last page', async () => {
    const { sdk, calls } = asked(({ path }) => ({
      text: path.includes('cursor=two') ? '{"items":[{"id":"c"}]}' : '{"items":[{"id":"a"},{"id":"b"}],"next":"two"}',
    }))
    const ids: string[] = []
    for await (const { id } of sdk.deliveries(2)) ids.push(id)
    assert.deepEqual(
      [ids, calls.map(({ path }) => path)],
      [
        ['a', 'b', 'c'],
        ['/v1/deliveries?limit=2', '/v1/deliveries?limit=2&cursor=two'],
      ],
    )
  })
})

describe('the SDK as JavaScript', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-sdk-test-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('is made by npm run build:sdk, and plain Node takes it as a package with its declarations', () => {
    const out = join(folder, 'node_modules/passerelle-sdk')
    const built = spawnSync(process.execPath, [join(ROOT, 'cli/build-sdk.ts'), out], { encoding: 'utf8' })
    assert.equal(built.status, 0, built.stderr + built.stdout)
    symlinkSync(join(ROOT, 'node_modules'), join(out, 'node_modules'))
    cpSync(join(out, 'adapters/agency-kit/sdk.d.ts'), join(folder, 'sdk.d.ts'))
    writeFileSync(
      join(folder, 'try.mjs'),
      `import { openSdk, readWebhook, Refused } from 'passerelle-sdk'
       const sdk = openSdk({ url: 'https://127.0.0.1:1', authority: '', tries: 1 })
       const fault = await sdk.readKeys().then(() => 'none', (error) => error.code)
       const webhook = await readWebhook({ headers: {}, body: '' }, { keys: [], source: '', now: 0, seen: { once: () => true } })
       console.log(JSON.stringify([fault, webhook, typeof Refused]))`,
    )
    const flags = ['--no-experimental-strip-types', join(folder, 'try.mjs')]
    const ran = spawnSync(process.execPath, flags, { encoding: 'utf8', cwd: folder })
    assert.equal(ran.stderr, '')
    assert.deepEqual(JSON.parse(ran.stdout), ['ECONNREFUSED', { kind: 'refused', reason: 'headers' }, 'function'])
  })
})
