/** I14: by which day what is held must be gone and why, and the certificates of what was erased, each for whose it was alone. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import { after, before, describe, it } from 'mocha'
import { toCaseId } from '#gateway/core/ids.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { erasureClaimSchema } from '#gateway/core/erasure-claim.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { vaultBeside } from '#test/support/gateway-seats.ts'
import { aReader, firstOf, follow, openAt } from '#test/support/hosted-inbox.ts'
import { anItemText } from '#test/support/messages.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import { ON_SUPPORT, PROBATION, aCaseId, ban, employment, recall, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const measureEnd = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ section: 'measures', term: 'measure-end-date', value: '2026-12-31', ...changes })

describe('what is held at the inbox, and what was erased', () => {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-access-'))
  const database = join(folder, 'passerelle.db')
  let inbox: InboxStage
  let stage: Stage
  let gateway: TestGateway
  let web: TestWeb
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({ database }, { depth: 'D4' })
    ;({ stage, gateway, web, reader } = inbox)
  })
  after(async () => {
    await inbox[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const refer = async (items: readonly ItemText[], caseId = aCaseId()): Promise<string> => {
    await stage.send(PROBATION, referral(caseId, items))
    return (await openAt(gateway, reader, await firstOf(reader), 'D4')).path
  }
  /** The row of the second table, without its tags. */
  const heldRow = async (path: string): Promise<string> => {
    const [, text = ''] = (await reader.get('/inbox/access')).text.split('What is held here, and when it must go')
    const row = text.split('<tr').find((one) => one.includes(`href="${path}"`))
    return (row ?? assert.fail('no such row')).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
  }

  it('says so where nothing is held and nothing was erased', async () => {
    const { text } = await reader.get('/inbox/access')
    assert.match(text, /Nothing that you opened is held here\./)
    assert.match(text, /Nothing that came to you was erased so far\./)
  })

  it('tells by which day each must be gone, and why: the measure, the period that was named, the mandate', async () => {
    const measured = await refer([ban(), measureEnd()])
    assert.match(
      await heldRow(measured),
      /31 March 2027 The measure ends on 31 December 2026; a working copy may outlive it by 3 months\./,
    )
    const periodic = await refer([ban(), employment({ retentionId: 'fr.sispopp.signalled' }), measureEnd()])
    assert.match(await heldRow(periodic), /Its period is 3 months\. Decree 2023-935/)
    const plain = await refer([ban()])
    assert.match(await heldRow(plain), /Your mandate ends\.|The agreement under which it came ends\./)
  })

  it('tells no day by what the reader was not shown, or not exactly', async () => {
    const hidden = measureEnd({
      value: '2026-05-01',
      releasableTo: ['court-paris'],
      retentionId: 'fr.sispopp.signalled',
    })
    const row = await heldRow(await refer([ban(), hidden]))
    assert.doesNotMatch(row, /measure ends|Its period/)
    await stage.send(PROBATION, referral(aCaseId(), [ban(), measureEnd()]))
    const { path } = await follow(gateway, reader, await firstOf(reader))
    const without = await follow(gateway, reader, await reader.post(path, { depth: 'D4', hide: 'measures' }))
    assert.doesNotMatch(await heldRow(without.path), /measure ends|Its period/)
  })

  it('puts the day of a recall first, and marks what is past', async () => {
    const caseId = aCaseId()
    const job = employment()
    const path = await refer([ban(), job, measureEnd()], caseId)
    await stage.send(PROBATION, recall(caseId, [job], ON_SUPPORT))
    assert.match(await heldRow(path), /Its sender takes it back\./)
    gateway.advance(4 * 86_400_000)
    reader = await aReader(web)
    assert.match(await heldRow(path), /Past Its sender takes it back\./)
  })

  it('pages back through what is held', async () => {
    const question = await reader.get('/inbox/access?before=1&erased=1')
    assert.equal(question.status, 200)
    assert.match(question.text, /Nothing that you opened is held here\./)
    assert.equal((await reader.get('/inbox/access?before=x&erased=-1')).status, 200)
  })

  describe('once a case is erased', () => {
    const caseId = aCaseId()
    let page = ''
    let place = ''
    before(async () => {
      await refer([ban(), employment()], caseId)
      const erased = toCaseId(caseId) ?? assert.fail()
      await using vault = await vaultBeside(database)
      assert.equal((await vault.erase(erased, gateway.now(), 30)).kind, 'erased')
      page = (await reader.get('/inbox/access')).text
      place = /href="(\/inbox\/access\/\d+-[0-9a-f]{64})"/.exec(page)?.[1] ?? assert.fail(page)
    })

    it('lists what first came of it, from whom, and until when a backup may be left, without a name', () => {
      const [, text = ''] = page.split('What was erased, with its certificate')
      const row = (text.split('<tr')[2] ?? '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
      assert.match(row, /Referral DEMO Probation service of Paris .* Take it along/)
      assert.ok(!page.includes(caseId))
    })

    it('gives a certificate that the published key of the gateway signed, of that case and no other', async () => {
      const file = await reader.get(place)
      assert.equal(file.headers.get('content-type')?.startsWith('application/jose'), true)
      assert.match(file.headers.get('content-disposition') ?? '', /^attachment; filename="erasure-[0-9a-f]{12}\.jwt"$/)
      const jws = file.text.trim()
      const { kid, typ } = decodeProtectedHeader(jws)
      const key = gateway.deps.keyRing.publicKeys().find((one) => one.kid === kid) ?? assert.fail()
      const { payload } = await compactVerify(jws, await importJWK({ ...key.jwk }, 'ES256'))
      const claim = erasureClaimSchema.parse(JSON.parse(new TextDecoder().decode(payload)))
      assert.deepEqual([typ, claim.case], ['passerelle-erasure+jwt', place.slice(-64)])
      assert.deepEqual([claim.keyBackupDays, claim.destroyed.length > 0], [30, true])
    })

    it('gives it to nobody whom nothing of the case came to, and for nothing that was never erased', async () => {
      const elsewhere = { organisation: 'city-paris' as OrganisationId, mandate: 'housing-officer' as MandateId }
      const housing = await web.signIn('reader', elsewhere)
      assert.match((await housing.get('/inbox/access')).text, /Nothing that came to you was erased so far\./)
      const [other, never] = [place.replace(/.{8}$/, '00000000'), place.replace(/\d{4}-/, '0000-')]
      for (const [who, at] of [
        [housing, place],
        [reader, other],
        [reader, never],
        [reader, '/inbox/access/none'],
      ] as const)
        assert.equal((await who.get(at)).status, 404, at)
    })

    it('signs nothing while the clock cannot be relied on', async () => {
      const unsure = await openTestWeb({ ...gateway.deps, isClockReliable: () => false })
      const same = await aReader(unsure)
      assert.equal((await same.get(place)).status, 503)
      await unsure[Symbol.asyncDispose]()
    })
  })
})
