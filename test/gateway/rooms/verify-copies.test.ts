/** Room 2 for messages in copies: what its sender signed and what somebody made of it; and that copies go out only under the key they name. */
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { printInstant } from '#policies/language/instant.ts'
import { COPIES_ENVELOPE } from '#gateway/core/jose-headers.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { namesFor } from '#gateway/rooms/case-names.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { readCopies } from '#gateway/rooms/verify-copies.ts'
import { work } from '#gateway/rooms/walk.ts'
import { newCaseId, newMessageId, organisation } from '#test/contract/stored-things.ts'
import {
  COURT,
  DAY_MS,
  ON_SENTENCE,
  PRISON,
  PROBATION,
  aCaseId,
  employment,
  handover,
  identity,
  openStage,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { gained, verdictOf } from '#test/support/case-copies.ts'
import { aBroker, aKeyEntry } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'
import { RESETTLEMENT } from '#test/support/dialect-records.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import { AT, aStage } from '#test/support/envelopes.ts'
import type { Stage as Senders } from '#test/support/envelopes.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'

describe('readCopies', () => {
  let senders: Senders
  before(async () => {
    senders = await aStage()
  })

  const openOf = (changes: object = {}): object => ({
    jti: randomUUID(),
    ver: 7,
    cnf: { jwk: senders.broker.presentKey.jwk },
    audienceClass: 'SP',
    ...changes,
  })
  const signed = (payload: object, key: TestKey = senders.sender.signKey): Promise<string> =>
    signCompact(Buffer.from(JSON.stringify(payload)), 'gw-case+sd-jwt', key)
  const folded = (jwts: readonly string[]): object => ({
    message: { kind: 'CaseHandover' },
    copies: jwts.map((jwt) => ({
      jwt,
      seed: randomBytes(32).toString('base64url'),
      caseHandle: randomBytes(16).toString('hex'),
    })),
  })
  const read = async (text: string, sender: Participant = senders.sender.participant): Promise<string> =>
    verdictOf(await readCopies({ keyRing: senders.broker.keyRing, sender, text, now: AT })).trim()
  const readFolded = async (jwts: readonly string[], sender?: Participant): Promise<string> =>
    read(JSON.stringify(folded(jwts)), sender)
  const ofTwoKeys = (): Participant => ({
    ...senders.sender.participant,
    keys: [senders.sender.signKey, senders.other.signKey].map((key) => aKeyEntry(key, 'sign', AT)),
  })

  it('reads copies whose signatures, key and names are as they must be', async () =>
    assert.equal(
      await readFolded([await signed(openOf()), await signed(openOf({ audienceClass: 'PS' }))], ofTwoKeys()),
      'ok',
    ))

  it('refuses what is no JSON, or names a member twice', async () => {
    assert.match(await read('{"copies":'), /^json-refused /)
    assert.match(await read('{"copies":[],"copies":[]}'), /^json-refused /)
  })

  it('refuses what is no set of copies, an empty one, and one copy that is no SD-JWT', async () => {
    for (const json of [[], { copies: [] }, { message: {}, copies: [] }, { copies: [7] }, { ...folded(['a']) }])
      assert.match(await read(JSON.stringify(json)), /^message-malformed /, JSON.stringify(json))
    assert.match(await read(JSON.stringify({ copies: ['not~signed'] })), /^envelope-malformed /)
  })

  it('refuses all copies where the signature of one is of somebody else, or broken', async () => {
    const own = await signed(openOf())
    const others = await signed(openOf({ audienceClass: 'PS' }), senders.other.signKey)
    assert.equal(await readFolded([own, others]), 'key-unknown')
    const [header = '', payload = ''] = own.split('.')
    assert.equal(await readFolded([own, `${header}.${payload}.${'A'.repeat(86)}`]), 'signature-invalid')
  })

  it('refuses copies that one sender signed with different keys', async () => {
    const own = await signed(openOf())
    const later = await signed(openOf({ audienceClass: 'PS' }), senders.other.signKey)
    assert.equal(await readFolded([own, later], ofTwoKeys()), 'copies-differ /copies key')
  })

  it('refuses a copy that lacks a claim or has it in another form', async () => {
    const wrong = [{ jti: 'seven' }, { ver: 0 }, { ver: undefined }, { cnf: undefined }, { audienceClass: 'S' }]
    for (const changes of wrong)
      assert.equal(
        await readFolded([await signed(openOf(changes))]),
        'message-malformed /copies claims-missing',
        JSON.stringify(changes),
      )
  })

  it('refuses copies that no key, another key, or not all one key can present', async () => {
    const { signKey, presentKey } = senders.broker
    const refused = 'key-binding-invalid /cnf not-ours'
    const bound = (jwk: object): Promise<string> => signed(openOf({ cnf: { jwk }, audienceClass: 'PS' }))
    assert.equal(await readFolded([await bound({ kty: 'oct', k: 'AAAA' })]), refused)
    assert.equal(await readFolded([await bound({ ...presentKey.jwk, kid: presentKey.kid })]), refused)
    assert.equal(await readFolded([await bound(senders.sender.signKey.jwk)]), refused)
    assert.equal(await readFolded([await signed(openOf()), await bound(signKey.jwk)]), refused)
  })

  it('refuses two copies under one id or one handle', async () => {
    const jti = randomUUID()
    const two = [await signed(openOf({ jti })), await signed(openOf({ jti, audienceClass: 'PS' }))]
    assert.equal(await readFolded(two), 'copies-differ /copies jti')
    const jwts = [await signed(openOf()), await signed(openOf({ audienceClass: 'PS' }))]
    const copies = jwts.map((jwt) => ({ jwt, seed: 'A'.repeat(43), caseHandle: 'a'.repeat(32) }))
    assert.equal(await read(JSON.stringify({ message: {}, copies })), 'copies-differ /copies caseHandle')
  })
})

describe('copies with their disclosures', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  interface Made {
    readonly text: string
    readonly jwt: string
    readonly seed: string
    readonly caseHandle: string
  }
  const typeOf = ({ mandate }: { readonly mandate: string }): string =>
    stage.gateway.deps.registry().mandates.find(({ id }) => id === mandate)?.type ?? ''
  const newHandle = (): string => randomBytes(16).toString('hex')
  /** A copy of that message for one class, as its sender makes it. */
  const copyOf = async (payload: object, audienceClass: string, caseHandle = newHandle()): Promise<Made> => {
    const { broker, network } = stage.gateway
    const message = copiedMessage(payload)
    assert.ok(message !== undefined)
    const seed = randomBytes(32).toString('base64url')
    const copy = { audienceClass, jti: randomUUID(), caseHandle, ver: 7, salt: saltsOf(seed) }
    const [unsigned] = gained(copiesOf({ message, copies: [copy], presenter: broker.presentKey.jwk }))
    assert.ok(unsigned !== undefined)
    const key = network.keyOf('prison-paris', 'sign')
    const jwt = await signCompact(Buffer.from(unsigned.payload), 'gw-case+sd-jwt', key)
    return { text: `${[jwt, ...unsigned.disclosures].join('~')}~`, jwt, seed, caseHandle }
  }
  const sealed = (json: object): Promise<string> =>
    encryptTo({ text: JSON.stringify(json), rule: COPIES_ENVELOPE, key: stage.gateway.broker.sealKey })
  const refused = async (json: object): Promise<string> => {
    const { code, errors } = refusal(422, await stage.gateway.post('prison-paris', await sealed(json)))
    return [code, errors?.[0]?.pointer, errors?.[0]?.code].join(' ')
  }
  const aHandover = (caseId = aCaseId()): object =>
    stage.gateway.message('prison-paris', handover(caseId, [identity(), employment()]))

  it('shows each class what it may see, under its own name of the case', async () => {
    const payload = aHandover()
    const forProbation = await copyOf(payload, typeOf(PROBATION))
    const forCourt = await copyOf(payload, typeOf(COURT))
    const jwe = await sealed({ copies: [forProbation.text, forCourt.text] })
    expectStatus(202, await stage.gateway.post('prison-paris', jwe))
    await stage.gateway.settled()
    for (const [asking, { caseHandle }] of [
      [PROBATION, forProbation],
      [COURT, forCourt],
    ] as const) {
      const [shown] = await stage.inbox(asking, caseHandle)
      assert.equal(shown?.attested, 'originator')
      assert.equal(shown.caseId, caseHandle)
      assert.ok(shown.items.length > 0)
    }
  })

  it('refuses copies of two messages', async () => {
    const copies = [await copyOf(aHandover(), typeOf(PROBATION)), await copyOf(aHandover(), typeOf(COURT))]
    assert.equal(await refused({ copies: copies.map(({ text }) => text) }), 'copies-differ /copies message')
  })

  it('refuses a handle that a sender could have chosen to say something', async () => {
    const { text } = await copyOf(aHandover(), typeOf(PROBATION), 'ALIX-MARTIN')
    assert.equal(await refused({ copies: [text] }), 'copies-differ /copies caseHandle')
  })

  it('refuses a copy that lacks any one of its disclosures', async () => {
    const { text } = await copyOf(aHandover(), typeOf(PROBATION))
    const [jwt = '', ...disclosures] = text.split('~').slice(0, -1)
    const verdicts = new Set<string>()
    for (const one of disclosures) {
      const others = disclosures.filter((other) => other !== one)
      const verdict = await refused({ copies: [`${[jwt, ...others].join('~')}~`] })
      verdicts.add(verdict.split(' ')[0] ?? '')
    }
    assert.ok(disclosures.length > 10)
    assert.deepEqual([...verdicts].toSorted(), ['disclosure-refused', 'ladder-contradicted', 'message-malformed'])
  })

  it('refuses a handle that recipients know another case by', async () => {
    const caseHandle = newHandle()
    const first = await copyOf(aHandover(), typeOf(PROBATION), caseHandle)
    expectStatus(202, await stage.gateway.post('prison-paris', await sealed({ copies: [first.text] })))
    const second = await copyOf(aHandover(), typeOf(PROBATION), caseHandle)
    assert.equal(await refused({ copies: [second.text] }), 'copies-differ /copies handle-of-another')
  })

  /** Copies of a handover around another message. */
  const around = async (body: object): Promise<string> => {
    const { jwt, seed, caseHandle } = await copyOf(aHandover(), typeOf(PROBATION))
    const message = stage.gateway.message('prison-paris', { caseId: aCaseId(), ...ON_SENTENCE, ...body })
    return refused({ message, copies: [{ jwt, seed, caseHandle }] })
  }

  it('refuses copies around a message of a kind that holds no items', async () => {
    const asked = {
      kind: 'InformationRequest',
      to: ['probation-paris'],
      sections: ['employment'],
      necessity: 'The workshop keeps a place until Friday.',
      until: printInstant(stage.gateway.now() + DAY_MS),
    }
    assert.equal(await around(asked), 'copies-differ /copies message')
  })

  describe('around a native record', () => {
    needsFixtures()
    it('are refused: what its gateway maps, nobody signed', async () => {
      const document = fixtureJson(`${RESETTLEMENT}/person/prisoner-A8731DY.json`)
      const native = { dialect: 'hmpps', record: 'prisoner', service: 'prison-paris', document }
      assert.equal(await around({ kind: 'CaseHandover', native }), 'copies-differ /copies message')
    })
  })

  it('calls a case by the handle of its copy where no name of it is kept', async () => {
    const { store } = stage.gateway.deps
    const caseId = newCaseId()
    const [audienceClass, caseHandle] = [typeOf(PROBATION), newHandle()]
    const copy = { audienceClass, caseHandle, jti: randomUUID(), ver: 1, jwt: '' }
    const copies = { caseId, presenter: stage.gateway.broker.presentKey.jwk, copies: [copy] }
    const named = async (type: string): Promise<string> => {
      const mandate = { organisation: organisation('probation-paris'), type: type as never }
      return (await namesFor(store.read, mandate, { id: newMessageId(), caseId, copies })).caseName
    }
    assert.equal(await named(audienceClass), caseHandle)
    assert.equal(await named(typeOf(COURT)), caseId)
  })
})

describe('copies whose key the gateway lost', () => {
  it('wait until it has the key again, and go out in nobody else’s name', async () => {
    await using stage = await openStage({ worker: 'paused' })
    const { gateway } = stage
    const { keyRing } = gateway.deps
    expectStatus(202, await gateway.send(PRISON.organisation, handover(aCaseId(), [identity(), employment()])))
    Object.assign(gateway.deps, { keyRing: { ...keyRing, present: (await aBroker()).keyRing.present } })
    const stopping = new AbortController()
    const working = gateway.queue.work((job) => work(gateway.deps, job), stopping.signal)
    await gateway.settled()
    assert.deepEqual(await gateway.deliveries(PROBATION), [])
    Object.assign(gateway.deps, { keyRing })
    await stage.pass(3_600_000)
    const received = await gateway.receive(PROBATION)
    assert.deepEqual(
      received.map(({ attested }) => attested),
      ['originator'],
    )
    stopping.abort()
    await working
  })
})
