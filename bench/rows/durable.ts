/** D1, D2: the store against the bare disk, measured in turns in the same folder; every commit is synced before it counts. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '#adapters/store/open.ts'
import type { CaseId, ItemId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { Message } from '#gateway/core/message.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { Store, Tx } from '#gateway/ports/store.ts'
import { median, short } from '#bench/measure.ts'
import type { Plan, Section } from '#bench/measure.ts'
import { RECIPIENTS, SENDER, benchWorld } from '#bench/workload/network.ts'

export const durableSection: Section = { name: 'durable', measure: measureDurable }

export const GROUP = 32
type Figure = 'raw' | 'accepted' | 'bare' | 'audit' | 'd1' | 'd1Bare' | 'd2'

async function measureDurable({ rounds, isQuick }: Plan): ReturnType<Section['measure']> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
  const budgetMs = isQuick ? 150 : 700
  try {
    await using store = await openSqliteStore(join(folder, 'bench.db'))
    const { stored } = benchWorld(200)
    const message = JSON.parse(stored) as Message
    const bytes = Buffer.from(stored)
    await rate(() => acceptOne(store, message), budgetMs)
    const taken: Readonly<Record<Figure, number>>[] = []
    for (let round = 0; round < rounds; round += 1) {
      const raw = rawRate(folder, bytes, budgetMs / 2)
      const accepted = await rate(() => acceptOne(store, message), budgetMs)
      const bare = await rate(() => acceptBare(store, message), budgetMs)
      const rawAfter = (raw + rawRate(folder, bytes, budgetMs / 2)) / 2
      const audit = GROUP * (await rate(() => appendGroup(store), budgetMs))
      taken.push({
        raw: rawAfter,
        accepted,
        bare,
        audit,
        d1: accepted / rawAfter,
        d1Bare: bare / rawAfter,
        d2: audit / rawAfter,
      })
    }
    const of = (name: Figure): number => median(taken.map((entry) => entry[name]))
    const rawText = `append + fdatasync of the same ${bytes.length} bytes ${short(of('raw'))}/s`
    return [
      {
        id: 'D1',
        what: 'accepted messages a second, one commit each, against append + fdatasync',
        value: of('d1'),
        unit: 'x',
        detail: `${short(of('accepted'))}/s with 200 items, 5 jobs and an audit row in the commit; ${rawText}`,
      },
      {
        id: 'D1 row',
        what: 'the same, the message row and its acceptance alone',
        value: of('d1Bare'),
        unit: 'x',
        detail: `${short(of('bare'))}/s`,
      },
      {
        id: 'D2',
        what: 'audit rows a second in group commit, against append + fdatasync',
        value: of('d2'),
        unit: 'x',
        detail: `${short(of('audit'))}/s in groups of ${GROUP}`,
      },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Appends and syncs a second, in that folder. */
export function rawRate(folder: string, bytes: Uint8Array, budgetMs: number): number {
  const path = join(folder, 'raw')
  const file = openSync(path, 'w')
  const start = performance.now()
  let count = 0
  do {
    writeSync(file, bytes)
    fdatasyncSync(file)
    count += 1
  } while (performance.now() - start < budgetMs)
  const perSecond = (count * 1000) / (performance.now() - start)
  closeSync(file)
  rmSync(path)
  return perSecond
}

/** How often a second the work is done, one after another. */
export async function rate(work: () => Promise<unknown>, budgetMs: number): Promise<number> {
  const start = performance.now()
  let count = 0
  do {
    await work()
    count += 1
  } while (performance.now() - start < budgetMs)
  return (count * 1000) / (performance.now() - start)
}

const acceptBare = (store: Store, message: Message): Promise<void> =>
  store.transaction(async (tx) => void (await accept(tx, message)))

/** The transaction of the record room, for a message of its own case. */
export const acceptOne = (store: Store, message: Message): Promise<MessageId> =>
  store.transaction(async (tx) => {
    const { messageId, caseId } = await accept(tx, message)
    await tx.cases.addItems(
      caseId,
      messageId,
      itemsOf(message).map(({ itemId }) => ({ itemId: itemId as ItemId })),
      Date.now(),
    )
    const job = { messageId, caseId, edge: 'bench-edge', dueAt: Date.now(), cause: 'submission' }
    await tx.outbox.add(RECIPIENTS.map((mandate) => ({ ...job, id: randomUUID(), mandate: mandate as MandateId })))
    await tx.audit.append(auditEvent(messageId))
    return messageId
  })

async function accept(tx: Tx, message: Message): Promise<{ readonly messageId: MessageId; readonly caseId: CaseId }> {
  const messageId = randomUUID() as MessageId
  const caseId = `bench-${messageId}` as CaseId
  const about = { issuer: SENDER as OrganisationId, jti: randomUUID() }
  const digests = { messageDigest: 'd'.repeat(64), bodyDigest: 'e'.repeat(64), receipt: 'r'.repeat(600) }
  await tx.messages.accept(
    { ...about, ...digests, messageId, idempotencyKey: randomUUID(), acceptedAt: Date.now() },
    {
      ...about,
      id: messageId,
      kind: message.kind,
      caseId,
      attested: 'originator',
      receivedAt: Date.now(),
      message: { ...message, caseId },
    },
  )
  return { messageId, caseId }
}

/** A group of audit rows, each in a transaction of its own. */
export const appendGroup = (store: Store): Promise<unknown> =>
  Promise.all(
    Array.from({ length: GROUP }, () => store.transaction((tx) => tx.audit.append(auditEvent('bench-message')))),
  )

const auditEvent = (messageId: string): Parameters<Tx['audit']['append']>[0] => ({
  at: '2027-03-14T09:30:00.000Z',
  operation: 'collection',
  act: 'submission-accepted',
  actor: SENDER,
  messageId,
  digest: 'd'.repeat(64),
  recipients: [...RECIPIENTS],
})
