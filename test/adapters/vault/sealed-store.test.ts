/** The store contract on a sealed store, and what only a sealed one does: no plaintext in its files, swapped rows, erased cases. */
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { firstBreak } from '#gateway/core/audit.ts'
import { DEFAULT_CHOICE } from '#gateway/core/choice.ts'
import type { CaseId, ItemId } from '#gateway/core/ids.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { Delivery, StoredMessage } from '#gateway/ports/stored.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import { storeContract } from '#test/contract/store.contract.ts'
import {
  ASSOCIATION,
  MENTOR,
  NOW,
  PRISON,
  aDelivery,
  aJob,
  aLedgerEntry,
  aMessage,
  aRecord,
  aStored,
  accepted,
  anAcceptance,
  anEvent,
  newItemId,
  newMessageId,
} from '#test/contract/stored-things.ts'
import { storedBytes, wordsIn } from '#test/support/stored-bytes.ts'
import { aCase, aKek, aVault, freshPaths } from './vaults.ts'

const pathOf = freshPaths()

interface Opened extends AsyncDisposable {
  readonly store: Store
  readonly vault: OpenedVault
  readonly alarms: readonly string[]
}

async function opened(path = ':memory:', keys = ':memory:'): Promise<Opened> {
  const vault = await aVault(keys, [aKek()])
  const alarms: string[] = []
  const log = { alarm: (event: string) => void alarms.push(event) }
  const store = sealStore(await openSqliteStore(path), vault, log)
  return { store, vault, alarms, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

describe('sealed store', () => storeContract(async () => (await opened()).store))

describe('messages of a sealed store, opened', () => {
  it('are kept, save where they open to very much more than the store reckoned with', async () => {
    await using open = await opened()
    const isKept = async (text: string): Promise<boolean> => {
      const message = { ...aMessage(), purpose: text }
      const { id } = await open.store.transaction((tx) => accepted(tx, { message }))
      const read = await open.store.read.messages.get(id)
      assert.equal(read?.message.purpose, text)
      return (await open.store.read.messages.get(id)) === read
    }
    assert.deepEqual([await isKept('reintegration'), await isKept('a'.repeat(1_000_000))], [true, false])
  })
})

const SECRET = 'the-quiet-street-of-the-example'

interface Kept {
  readonly message: StoredMessage
  readonly delivery: Delivery
  readonly itemId: ItemId
  readonly idempotencyKey: string
}

/** One of everything that a store keeps of a case. */
function keep({ store }: Opened, caseId: CaseId): Promise<Kept> {
  return store.transaction(async (tx) => {
    const message = aStored({ caseId })
    const acceptance = anAcceptance(message, { receipt: `${SECRET} receipt` })
    const delivery = aDelivery({ caseId, messageId: message.id })
    const [itemId, requestId] = [newItemId(), message.id]
    await tx.messages.accept(acceptance, message)
    await tx.cases.addItems(caseId, message.id, [{ itemId, supersedes: newItemId() }], NOW)
    await tx.cases.stateFacts(caseId, { by: PRISON, at: NOW, facts: { site: SECRET } })
    await tx.cases.addNames(caseId, [{ name: `handle of ${caseId}`, audienceClass: 'mentor' }])
    await tx.labels.put({ caseId, organisation: ASSOCIATION, text: SECRET, key: SECRET, setAt: NOW })
    await tx.cases.assign(caseId, { mandate: MENTOR, from: NOW })
    await tx.cases.recordMeeting(caseId, [MENTOR], message.id, NOW)
    await tx.outbox.add([aJob({ caseId, messageId: message.id })])
    await tx.deliveries.add(delivery)
    await tx.deliveries.putParcel(delivery.id, 'sealed')
    await tx.deliveries.putRecord(delivery.id, { ...aRecord(), messageId: message.id, edge: SECRET })
    await tx.ledger.add([aLedgerEntry({ caseId, itemId, deliveryId: delivery.id, rules: [SECRET] })])
    await tx.choices.put({ organisation: ASSOCIATION, caseId }, { ...DEFAULT_CHOICE, optOut: [SECRET] }, 0, NOW)
    const sections = [SECRET]
    await tx.requests.grant({
      requestId,
      kind: 'InformationRequest',
      caseId,
      requester: PRISON,
      holder: ASSOCIATION,
      sections,
      until: NOW + 1,
    })
    await tx.audit.append(anEvent({ caseId, messageId: message.id, purpose: SECRET }))
    await tx.audit.append(anEvent({ act: 'of-no-case', actor: SECRET }))
    const added = await tx.deliveries.get(delivery.id)
    assert(added !== undefined)
    return { message, delivery: added, itemId, idempotencyKey: acceptance.idempotencyKey }
  })
}

/** Everything of the case that the port answers, as one text. */
async function everythingOf(
  { store: { read } }: Opened,
  caseId: CaseId,
  { message, delivery, itemId }: Kept,
): Promise<string> {
  return JSON.stringify([
    await read.messages.get(message.id),
    await read.messages.ofCase(caseId),
    await read.cases.facts(caseId),
    await read.cases.messageOfItem(caseId, itemId),
    await read.cases.itemStates(caseId),
    await read.cases.assignments(caseId),
    await read.cases.countMeetings(caseId, MENTOR),
    await read.outbox.ofMessage(message.id),
    await read.outbox.waitingOfCase(caseId),
    await read.deliveries.get(delivery.id),
    await read.deliveries.list({ organisation: ASSOCIATION, after: 0, limit: 10 }),
    await read.deliveries.ofCase(caseId),
    await read.deliveries.recordOf(delivery.id),
    await read.ledger.ofItems(caseId, [itemId]),
    await read.ledger.ofDelivery(delivery.id),
    (await read.choices.get({ organisation: ASSOCIATION, caseId })) ?? null,
    await read.requests.inForce(PRISON, caseId, NOW),
    (await read.labels.of(caseId, ASSOCIATION)) ?? null,
    (await read.labels.found(ASSOCIATION, SECRET)).filter((id) => id === caseId),
  ])
}

/** Statements on the file, behind the store's back. */
function behind(path: string, statements: string): void {
  using database = new DatabaseSync(path, { timeout: 5000 })
  database.exec(statements)
}

describe('files of a sealed store', () => {
  it('H081 hold no content, no id of a case, item or message of the sender, no key, in database, log or journal', async () => {
    const [path, keys] = [pathOf('data.db'), pathOf()]
    const caseId = aCase('plain-to-see')
    const words = [SECRET, caseId]
    {
      await using open = await opened(path, keys)
      const { message, itemId, idempotencyKey } = await keep(open, caseId)
      words.push(message.jti, itemId, idempotencyKey, message.message.jti)
      assert(
        wordsIn(storedBytes([path]), ['prison-to-association']).length > 0,
        'the search finds what is in the clear',
      )
      assert.deepEqual(wordsIn(storedBytes([path, keys]), words), [])
    }
    assert.deepEqual(wordsIn(storedBytes([path, keys]), words), [])
    assert.equal(words.length, 6)
  })

  it('H081 of a store without a vault would be found to hold them', async () => {
    const path = pathOf('data.db')
    const store = await openSqliteStore(path)
    const plain = {
      store,
      vault: await aVault(),
      alarms: [],
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
    const { message, itemId, idempotencyKey } = await keep(plain, aCase('plain-to-see'))
    const words = [SECRET, aCase('plain-to-see'), message.jti, itemId, idempotencyKey, message.message.jti]
    assert.deepEqual(wordsIn(storedBytes([path]), words), words)
    await store[Symbol.asyncDispose]()
  })
})

const SWAPS: Readonly<
  Record<string, { readonly statement: string; readonly read: (open: Opened, kept: Kept) => Promise<unknown> }>
> = {
  'a message moved to another row of its case': {
    statement: `UPDATE messages SET message = (SELECT m.message FROM messages m WHERE m."caseId" = messages."caseId" AND m.id <> messages.id)`,
    read: ({ store }, { message }) => store.read.messages.get(message.id),
  },
  'a message moved to another case': {
    statement: `UPDATE messages SET position = 10, "caseId" = (SELECT m."caseId" FROM messages m WHERE m."caseId" <> messages."caseId")
      WHERE rowid = (SELECT min(rowid) FROM messages)`,
    read: ({ store }, { message }) => store.read.messages.get(message.id),
  },
  'facts of one case for those of another': {
    statement: `UPDATE case_facts SET facts = (SELECT f.facts FROM case_facts f WHERE f."caseId" <> case_facts."caseId" LIMIT 1)`,
    read: ({ store }, { message }) => store.read.cases.facts(message.caseId),
  },
  'a record for that of another delivery': {
    statement: `UPDATE decision_records SET record = (SELECT r.record FROM decision_records r WHERE r."deliveryId" <> decision_records."deliveryId" LIMIT 1)`,
    read: ({ store }, { delivery }) => store.read.deliveries.recordOf(delivery.id),
  },
  'a name of one case for that of another': {
    statement: `UPDATE case_names SET name = (SELECT n.name FROM case_names n WHERE n."caseId" <> case_names."caseId" LIMIT 1)`,
    read: ({ store }) => store.read.cases.casesNamed(`handle of ${aCase('two')}`),
  },
  'a choice for that of another case': {
    statement: `UPDATE choices SET choice = (SELECT c.choice FROM choices c WHERE c."caseId" <> choices."caseId" LIMIT 1)`,
    read: ({ store }, { message }) => store.read.choices.get({ organisation: ASSOCIATION, caseId: message.caseId }),
  },
}

describe('a database that someone else has written to', () => {
  for (const [name, { statement, read }] of Object.entries(SWAPS)) {
    it(`H080 ${name} does not open: an alarm, and the transaction is undone`, async () => {
      const path = pathOf('data.db')
      await using open = await opened(path)
      const kept = await keep(open, aCase('one'))
      if (name.includes('of its case')) await keep(open, aCase('one'))
      else await keep(open, aCase('two'))
      behind(path, statement)
      await using fresh = {
        ...open,
        store: sealStore(await openSqliteStore(path, { readonly: true }), open.vault, { alarm: () => {} }),
      }
      await assert.rejects(read(fresh, kept), SealBroken)
      await assert.rejects(
        open.store.transaction(async (tx) => {
          await tx.audit.append(anEvent({ act: 'before-the-alarm' }))
          await tx.messages.get(kept.message.id)
          await read({ ...open, store: { ...open.store, read: tx } }, kept)
        }),
        SealBroken,
      )
      assert(open.alarms.includes('what is stored does not open'))
      const acts = (await open.store.read.audit.rows(1, 100)).map(({ event }) => event.act)
      assert(!acts.includes('before-the-alarm'))
    })
  }

  it('H080 a line of the ledger for that of another delivery does not open', async () => {
    const path = pathOf('data.db')
    await using open = await opened(path)
    const [first, second] = [await keep(open, aCase('one')), await keep(open, aCase('one'))]
    behind(path, 'DROP TRIGGER ledger_refuses_update')
    behind(path, `UPDATE ledger SET "deliveryId" = 'x' WHERE "deliveryId" = '${first.delivery.id}'`)
    behind(path, `UPDATE ledger SET "deliveryId" = '${first.delivery.id}' WHERE "deliveryId" = '${second.delivery.id}'`)
    const [entry] = await open.store.read.ledger.ofDelivery(first.delivery.id).catch((cause: unknown) => {
      assert(cause instanceof SealBroken)
      return []
    })
    // A store that says the delivery inside its line as well answers what was sealed, and not what the row claims.
    assert.notEqual(entry?.deliveryId, first.delivery.id)
  })

  it('what was never sealed does not open', async () => {
    const path = pathOf('data.db')
    {
      const store = await openSqliteStore(path)
      await store.transaction((tx) => tx.audit.append(anEvent()))
      await store[Symbol.asyncDispose]()
    }
    await using open = await opened(path)
    await assert.rejects(open.store.read.audit.rows(1, 1), /never sealed/)
  })
})

describe('an erased case', () => {
  it('is gone from every answer, with the audit chain whole and the other cases there', async () => {
    const [path, keys] = [pathOf('data.db'), pathOf()]
    await using open = await opened(path, keys)
    const [gone, stays] = [aCase('gone'), aCase('stays')]
    const [kept, other] = [await keep(open, gone), await keep(open, stays)]
    assert((await everythingOf(open, gone, kept)).includes(SECRET))
    const otherBefore = await open.store.read.messages.ofCase(stays)
    assert.equal((await open.vault.erase(gone, NOW, 30)).kind, 'erased')
    const left = await everythingOf(open, gone, kept)
    for (const word of [SECRET, gone, kept.message.jti, kept.itemId]) assert(!left.includes(word), word)
    assert.deepEqual(await open.store.read.messages.get(kept.message.id), undefined)
    assert.deepEqual(await open.store.read.messages.ofCase(stays), otherBefore)
    assert.deepEqual(
      (await open.store.read.deliveries.list({ organisation: ASSOCIATION, after: 0, limit: 1 })).map(({ id }) => id),
      [other.delivery.id],
    )
    const rows = await open.store.read.audit.rows(1, 100)
    assert.equal(firstBreak(rows), undefined)
    assert.deepEqual(
      rows.map(({ event }) => event.actor),
      ['erased', SECRET, 'prison-north', SECRET],
    )
  })

  it('keeps the digest of what was signed about its recall, and neither text nor case', async () => {
    const [path, keys] = [pathOf('data.db'), pathOf()]
    await using open = await opened(path, keys)
    const { message } = await keep(open, aCase('gone'))
    const [digest, signed] = ['d'.repeat(64), `head.${SECRET}.signature`]
    const attestation = {
      messageId: message.id,
      recallId: newMessageId(),
      caseId: aCase('gone'),
      at: NOW,
      digest,
      signed,
    }
    await open.store.transaction((tx) => tx.recalls.attest({ ...attestation, organisation: ASSOCIATION }))
    const read = () => open.store.read.recalls.attestations(attestation.recallId)
    assert.equal((await read())[0]?.signed, signed)
    assert.deepEqual(wordsIn(storedBytes([path]), [SECRET, aCase('gone')]), [])
    await open.vault.erase(aCase('gone'), NOW, 30)
    const [left] = await read()
    assert.deepEqual([left?.digest, left?.signed, left?.caseId === aCase('gone')], [digest, undefined, false])
  })

  it('keeps nobody from seeing what else was asked for and is overdue', async () => {
    await using open = await opened()
    const asked = async (caseId: CaseId, dueAt: number): Promise<string> => {
      const id = newMessageId()
      const who = { organisation: ASSOCIATION, mandate: MENTOR, account: 'a', holder: PRISON }
      const said = { caseName: 'n', sections: ['health'], purpose: 'p', urgency: 'week' as const, text: SECRET }
      await open.store.transaction((tx) => tx.asks.add({ id, caseId, ...who, ...said, askedAt: NOW, dueAt }))
      return id
    }
    const gone = aCase('gone')
    for (const minute of [1, 2, 3]) await asked(gone, NOW + minute)
    const stays = await asked(aCase('stays'), NOW + 9)
    await open.vault.erase(gone, NOW, 30)
    const { asks } = open.store.read
    assert.deepEqual(
      (await asks.overdue(NOW + 10, 1)).map(({ id }) => id),
      [stays],
    )
    assert.deepEqual(
      (await asks.open(2)).map(({ id }) => id),
      [stays],
    )
  })

  it('is not taken in again by repeating its messages, and its jobs end', async () => {
    await using open = await opened()
    const { message, idempotencyKey } = await keep(open, aCase('gone'))
    await open.vault.erase(aCase('gone'), NOW, 30)
    const known = await open.store.read.messages.acceptanceByJti(message.issuer, message.jti)
    assert.deepEqual([known?.messageId, known?.messageDigest, known?.receipt], [message.id, '', ''])
    assert.notEqual(await open.store.read.messages.acceptanceByKey(message.issuer, idempotencyKey), undefined)
    const claim = { now: NOW + 1, leaseMs: 1000, limit: 10 }
    assert.deepEqual(await open.store.transaction((tx) => tx.outbox.claim(claim)), [])
    assert.deepEqual(await open.store.read.outbox.count(), { waiting: 0, done: 0, stopped: 1, stuck: 0 })
  })

  it('is not begun anew by a delivery that was on its way, not even where its name has come back', async () => {
    await using open = await opened()
    const [gone, { message }] = [aCase('gone'), await keep(open, aCase('gone'))]
    const late = aDelivery({ caseId: gone, messageId: message.id })
    await open.vault.erase(gone, NOW, 30)
    const add = (): Promise<void> => open.store.transaction((tx) => tx.deliveries.add(late))
    await assert.rejects(add(), /erased while something of it was on its way/)
    assert.equal(await open.vault.aliasOf(gone), undefined)
    await open.vault.aliasFor(gone)
    await assert.rejects(add(), /erased while something of it was on its way/)
    assert.equal(await open.store.read.deliveries.get(late.id), undefined)
  })

  it('H084 stays unreadable in a backup of the data that is put back, and the chain of that backup is whole', async () => {
    const [path, keys] = [pathOf('data.db'), pathOf()]
    const backup = pathOf('backup.db')
    let kept: Kept
    {
      await using open = await opened(path, keys)
      kept = await keep(open, aCase('gone'))
      behind(path, `VACUUM INTO '${backup}'`)
      await open.vault.erase(aCase('gone'), NOW, 30)
    }
    copyFileSync(backup, path)
    await using restored = await opened(path, keys)
    assert.equal(await restored.store.read.messages.get(kept.message.id), undefined)
    assert.deepEqual(await restored.store.read.cases.facts(aCase('gone')), [])
    assert.equal(await restored.store.read.deliveries.recordOf(kept.delivery.id), undefined)
    assert.equal(firstBreak(await restored.store.read.audit.rows(1, 10)), undefined)
    assert.deepEqual(restored.alarms, [])
  })
})
