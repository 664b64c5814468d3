/** The Merkle log in tables: one row a leaf, with the subtree hashes that it completes; checkpoints, cosignatures, time-stamps. */
import type { Kysely } from 'kysely'
import type { Instant } from '#policies/language/instant.ts'
import { fromBase64, toBase64 } from '#gateway/core/log/base64.ts'
import { HASH_BYTES } from '#gateway/core/log/hash.ts'
import type { Hash } from '#gateway/core/log/hash.ts'
import { completingLeaf, leafHash, neededFor, nodesOf } from '#gateway/core/log/tree.ts'
import type { NodePlace } from '#gateway/core/log/tree.ts'
import type { LogStamp, LogStore, PublishedCheckpoint, WaitingCheckpoint } from '#gateway/ports/log-store.ts'
import { prepared } from './prepared.ts'

export interface LogLeafRow {
  /** From 0, dense. */
  readonly index: number
  readonly leaf: string
  /** Base64 of 32 bytes a level, from the leaf's own hash upward. */
  readonly nodes: string
}

export interface LogCheckpointRow {
  readonly size: number
  readonly note: string
  readonly proposedAt: Instant
  readonly published: string | null
  readonly publishedAt: Instant | null
}

export interface LogCosignatureRow {
  readonly size: number
  readonly witness: string
  readonly line: string
}

export interface LogStampRow {
  readonly size: number
  readonly stampedAt: Instant
  /** Base64 of the token. */
  readonly token: string
}

export interface LogSchema {
  readonly log_leaves: LogLeafRow
  readonly log_checkpoints: LogCheckpointRow
  readonly log_cosignatures: LogCosignatureRow
  readonly log_stamps: LogStampRow
}

type LogTables = Kysely<LogSchema>

/** The `log` part of the store. `append` reads the size in its own transaction, so no two leaves have one index. */
export function logIn(tables: LogTables): LogStore {
  return { ...leavesIn(tables), ...checkpointsIn(tables), ...stampsIn(tables) }
}

function leavesIn(tables: LogTables): Pick<LogStore, 'append' | 'size' | 'nodes' | 'leaves'> {
  const last = prepared<object, Pick<LogLeafRow, 'index'>, LogSchema>(tables, () =>
    tables.selectFrom('log_leaves').select('index').orderBy('index', 'desc').limit(1),
  )
  const insert = prepared<LogLeafRow, never, LogSchema>(tables, (blank) =>
    tables.insertInto('log_leaves').values({ index: blank('index'), leaf: blank('leaf'), nodes: blank('nodes') }),
  )
  const size: LogStore['size'] = async () => ((await last({}))[0]?.index ?? -1) + 1
  const nodes = nodesIn(tables)
  return {
    append: async (leaf) => {
      const index = await size()
      const made = nodesOf(leafHash(leaf), await nodes(neededFor(index)))
      await insert({ index, leaf, nodes: toBase64(Buffer.concat(made)) })
      return index
    },
    size,
    nodes,
    leaves: async (from, limit) => {
      const rows = tables.selectFrom('log_leaves').select('leaf').where('index', '>=', from).orderBy('index')
      return (await rows.limit(limit).execute()).map(({ leaf }) => leaf)
    },
  }
}

/** A node stands in the row of the leaf that completed it. */
function nodesIn(tables: LogTables): LogStore['nodes'] {
  const row = prepared<Pick<LogLeafRow, 'index'>, Pick<LogLeafRow, 'nodes'>, LogSchema>(tables, (blank) =>
    tables.selectFrom('log_leaves').select('nodes').where('index', '=', blank('index')),
  )
  return async (places) => {
    const indexes = [...new Set(places.map(completingLeaf))]
    const rows = await Promise.all(indexes.map(async (index) => [index, (await row({ index }))[0]?.nodes] as const))
    const byIndex = new Map(rows)
    return places.map((place) => hashAt(byIndex.get(completingLeaf(place)), place))
  }
}

function hashAt(nodes: string | undefined, { level, index }: NodePlace): Hash {
  const start = level * HASH_BYTES
  const hash = fromBase64(nodes ?? '')?.subarray(start, start + HASH_BYTES)
  if (hash?.length !== HASH_BYTES) throw new Error(`the log has no node ${index} of level ${level}`)
  return hash
}

function checkpointsIn(
  tables: LogTables,
): Pick<LogStore, 'waiting' | 'propose' | 'cosign' | 'publish' | 'published' | 'checkpoints' | 'forget'> {
  const last = prepared<object, LogCheckpointRow, LogSchema>(tables, () =>
    tables.selectFrom('log_checkpoints').selectAll().orderBy('size', 'desc').limit(1),
  )
  const waiting: LogStore['waiting'] = async () => {
    // Only the newest can wait: nothing is proposed before it is published, and then of more entries.
    const [row] = await last({})
    if (row === undefined || row.published !== null) return undefined
    return { ...row, cosignatures: await cosignaturesOf(tables, row.size) }
  }
  const newest = prepared<object, LogCheckpointRow, LogSchema>(tables, () =>
    tables
      .selectFrom('log_checkpoints')
      .selectAll()
      .where('published', 'is not', null)
      .orderBy('size', 'desc')
      .limit(1),
  )
  return {
    waiting,
    propose: async ({ size, note, proposedAt }) => {
      if ((await waiting()) !== undefined) throw new Error('a checkpoint waits for its witnesses already')
      await tables
        .insertInto('log_checkpoints')
        .values({ size, note, proposedAt, published: null, publishedAt: null })
        .execute()
    },
    cosign: async (witness, line) => {
      const open = await waiting()
      if (open === undefined) throw new Error('no checkpoint waits for cosignatures')
      await tables
        .insertInto('log_cosignatures')
        .values({ size: open.size, witness, line })
        .onConflict((conflict) => conflict.columns(['size', 'witness']).doUpdateSet({ line }))
        .execute()
    },
    publish: async ({ size, note, publishedAt }) => {
      const change = tables.updateTable('log_checkpoints').set({ published: note, publishedAt })
      const { numUpdatedRows } = await change
        .where('size', '=', size)
        .where('published', 'is', null)
        .executeTakeFirstOrThrow()
      if (numUpdatedRows !== 1n) throw new Error('no checkpoint of that size waits')
    },
    published: async () => {
      const [row] = await newest({})
      return row === undefined ? undefined : publishedIn(row)[0]
    },
    ...pastCheckpointsIn(tables),
  }
}

const publishedIn = ({ size, published, publishedAt, proposedAt }: LogCheckpointRow): readonly PublishedCheckpoint[] =>
  published === null ? [] : [{ size, note: published, publishedAt: publishedAt ?? proposedAt }]

function pastCheckpointsIn(tables: LogTables): Pick<LogStore, 'checkpoints' | 'forget'> {
  return {
    checkpoints: async (after, limit) => {
      const rows = tables.selectFrom('log_checkpoints').selectAll().where('published', 'is not', null)
      return (await rows.where('size', '>', after).orderBy('size').limit(limit).execute()).flatMap(publishedIn)
    },
    forget: async (sizes) => {
      if (sizes.length === 0) return
      const published = tables.deleteFrom('log_checkpoints').where('published', 'is not', null)
      await published.where('size', 'in', [...sizes]).execute()
      await tables
        .deleteFrom('log_cosignatures')
        .where('size', 'in', [...sizes])
        .execute()
    },
  }
}

const cosignaturesOf = (tables: LogTables, size: number): Promise<WaitingCheckpoint['cosignatures']> =>
  tables
    .selectFrom('log_cosignatures')
    .select(['witness', 'line'])
    .where('size', '=', size)
    .orderBy('witness')
    .execute()

function stampsIn(tables: LogTables): Pick<LogStore, 'stamp' | 'lastStamp' | 'stamps'> {
  return {
    stamp: async ({ size, stampedAt, token }) => {
      await tables
        .insertInto('log_stamps')
        .values({ size, stampedAt, token: toBase64(token) })
        .execute()
    },
    lastStamp: async () => {
      const rows = tables.selectFrom('log_stamps').selectAll().orderBy('stampedAt', 'desc').limit(1)
      const row = await rows.executeTakeFirst()
      return row === undefined ? undefined : stampIn(row)
    },
    stamps: async (after, limit) => {
      const rows = tables.selectFrom('log_stamps').selectAll().where('size', '>', after)
      return (await rows.orderBy('size').orderBy('stampedAt').limit(limit).execute()).map(stampIn)
    },
  }
}

const stampIn = (row: LogStampRow): LogStamp => ({ ...row, token: fromBase64(row.token) ?? new Uint8Array() })
