/** The first tables, in statements that SQLite and PostgreSQL both take. What may only grow is guarded in append-only.ts. */
import { sql } from 'kysely'
import type { CreateTableBuilder, Kysely } from 'kysely'

/** Columns by name: those with a question mark may be null; a `key` is the integer that is the row's place in the table. */
type Columns = Readonly<Record<string, 'text' | 'bigint' | 'text?' | 'bigint?' | 'bytea' | 'key'>>

/** Creates every table and index. Runs once, in a transaction. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const create = (table: string, columns: Columns, key: readonly string[]): CreateTableBuilder<string, string> => {
    let builder: CreateTableBuilder<string, string> = database.schema.createTable(table)
    for (const [name, type] of Object.entries(columns)) {
      if (type === 'key') builder = builder.addColumn(name, 'integer', (column) => column.notNull().primaryKey())
      else if (type === 'bytea') builder = builder.addColumn(name, type, (column) => column.notNull())
      else if (type.endsWith('?')) builder = builder.addColumn(name, type.startsWith('text') ? 'text' : 'bigint')
      else builder = builder.addColumn(name, type.startsWith('text') ? 'text' : 'bigint', (column) => column.notNull())
    }
    return key.length === 0 ? builder : builder.addPrimaryKeyConstraint(`${table}_key`, [...key])
  }
  const index = (name: string, table: string, columns: readonly string[]): Promise<void> =>
    database.schema
      .createIndex(name)
      .on(table)
      .columns([...columns])
      .execute()
  const unique = (name: string, table: string, columns: readonly string[]): Promise<void> =>
    database.schema
      .createIndex(name)
      .on(table)
      .columns([...columns])
      .unique()
      .execute()

  await create('acceptances', ACCEPTANCES, ['messageId']).execute()
  await unique('acceptances_by_jti', 'acceptances', ['issuer', 'jti'])
  await unique('acceptances_by_key', 'acceptances', ['issuer', 'idempotencyKey'])
  await database.schema
    .createIndex('acceptances_with_key')
    .on('acceptances')
    .column('acceptedAt')
    .where(sql.ref('idempotencyKey'), 'is not', null)
    .execute()
  await create('messages', MESSAGES, ['id'])
    .addForeignKeyConstraint('messages_accepted', ['id'], 'acceptances', ['messageId'])
    .execute()
  await unique('messages_of_case', 'messages', ['caseId', 'position'])
  await create('quarantine', QUARANTINE, []).execute()
  await index('quarantine_by_time', 'quarantine', ['at'])

  await create('brought', BROUGHT, ['caseId', 'position']).execute()
  await create('item_marks', ITEM_MARKS, ['caseId', 'itemId']).execute()
  await create('case_facts', CASE_FACTS, ['caseId', 'position']).execute()
  await create('assignments', ASSIGNMENTS, ['caseId', 'mandate', 'from']).execute()
  await create('meetings', MEETINGS, ['caseId', 'mandate', 'messageId']).execute()

  await create('outbox', OUTBOX, []).execute()
  await unique('outbox_by_id', 'outbox', ['id'])
  await index('outbox_due', 'outbox', ['state', 'visibleAt', 'position'])
  await index('outbox_of_message', 'outbox', ['messageId', 'position'])
  await index('outbox_of_case', 'outbox', ['caseId', 'state', 'position'])

  await create('deliveries', DELIVERIES, ['id']).execute()
  await unique('deliveries_in_mailbox', 'deliveries', ['organisation', 'seq'])
  await index('deliveries_of_mandate', 'deliveries', ['organisation', 'mandate', 'seq'])
  await index('deliveries_of_message', 'deliveries', ['messageId', 'mandate', 'seq'])
  await index('deliveries_of_case', 'deliveries', ['caseId', 'mandate', 'acknowledgedAt'])
  await create('parcels', PARCELS, ['deliveryId'])
    .addForeignKeyConstraint('parcels_delivery', ['deliveryId'], 'deliveries', ['id'])
    .execute()
  // Also of what was judged and not sent, under the id that its delivery would have had: no foreign key.
  await create('decision_records', DECISION_RECORDS, ['deliveryId']).execute()

  await create('ledger', LEDGER, ['deliveryId']).execute()
  await index('ledger_of_case', 'ledger', ['caseId'])
  await create('choices', CHOICES, ['organisation', 'mandate', 'caseId']).execute()
  await create('grants', GRANTS, ['requestId', 'holder']).execute()
  await index('grants_of_requester', 'grants', ['requester', 'caseId', 'until'])
  await create('recall_targets', RECALL_TARGETS, ['recallId', 'organisation', 'mandate']).execute()
  await index('recall_targets_due', 'recall_targets', ['state', 'dueAt'])
  await create('policies', POLICIES, ['digest']).execute()
  await unique('policies_in_order', 'policies', ['position'])
  await create('audit', AUDIT, []).execute()
}

const ACCEPTANCES = {
  messageId: 'text',
  issuer: 'text',
  jti: 'text',
  messageDigest: 'text',
  idempotencyKey: 'text?',
  bodyDigest: 'text',
  receipt: 'text',
  acceptedAt: 'bigint',
} as const

const MESSAGES = {
  id: 'text',
  issuer: 'text',
  jti: 'text',
  kind: 'text',
  caseId: 'text',
  position: 'bigint',
  attested: 'text',
  receivedAt: 'bigint',
  message: 'bytea',
} as const

const QUARANTINE = { digest: 'text', reason: 'text', peer: 'text', at: 'bigint' } as const

const BROUGHT = { messageId: 'text', caseId: 'text', position: 'bigint', items: 'bytea' } as const
const ITEM_MARKS = { caseId: 'text', itemId: 'text', supersededAt: 'bigint?', recalledAt: 'bigint?' } as const

const CASE_FACTS = { caseId: 'text', position: 'bigint', by: 'text', at: 'bigint', facts: 'text' } as const
const ASSIGNMENTS = { caseId: 'text', mandate: 'text', from: 'bigint', until: 'bigint?' } as const
const MEETINGS = { caseId: 'text', mandate: 'text', messageId: 'text', at: 'bigint' } as const

const OUTBOX = {
  id: 'text',
  position: 'key',
  messageId: 'text',
  caseId: 'text',
  edge: 'text',
  mandate: 'text',
  cause: 'text',
  dueAt: 'bigint',
  visibleAt: 'bigint',
  attempts: 'bigint',
  state: 'text',
  outcome: 'text?',
  endedAt: 'bigint?',
} as const

const DELIVERIES = {
  id: 'text',
  seq: 'bigint',
  messageId: 'text',
  caseId: 'text',
  kind: 'text',
  edge: 'text',
  organisation: 'text',
  mandate: 'text',
  state: 'text',
  kid: 'text',
  projectionDigest: 'text',
  policyDigest: 'text',
  depth: 'text',
  cause: 'text',
  createdAt: 'bigint',
  collectedAt: 'bigint?',
  acknowledgedAt: 'bigint?',
  withdrawnAt: 'bigint?',
} as const

const PARCELS = { deliveryId: 'text', parcel: 'bytea' } as const
const DECISION_RECORDS = { deliveryId: 'text', record: 'bytea' } as const
const LEDGER = { deliveryId: 'text', caseId: 'text', said: 'bytea' } as const

const CHOICES = {
  organisation: 'text',
  mandate: 'text',
  caseId: 'text',
  revision: 'bigint',
  choice: 'text',
  setAt: 'bigint',
} as const

const GRANTS = {
  requestId: 'text',
  kind: 'text',
  caseId: 'text',
  requester: 'text',
  holder: 'text',
  sections: 'text',
  until: 'bigint',
} as const

const RECALL_TARGETS = {
  recallId: 'text',
  organisation: 'text',
  mandate: 'text',
  state: 'text',
  dueAt: 'bigint',
  answeredAt: 'bigint?',
} as const

const POLICIES = {
  digest: 'text',
  id: 'text',
  version: 'text',
  text: 'text',
  activatedAt: 'bigint',
  position: 'bigint',
} as const

const AUDIT = { seq: 'key', event: 'text', previous: 'text', hash: 'text' } as const
