/** Messages and acceptances: rows to values and back. */
import { sql } from 'kysely'
import type { MessageId } from '#gateway/core/ids.ts'
import type { Messages } from '#gateway/ports/store.ts'
import type { Acceptance, StoredMessage } from '#gateway/ports/stored.ts'
import { pack, unpackText } from './packed.ts'
import { prepared } from './prepared.ts'
import type { Prepared } from './prepared.ts'
import { keepRecent } from './recent.ts'
import type { Sized } from './recent.ts'
import { growthIn } from './releases.ts'
import { fromJson } from './row.ts'
import type { AcceptanceRow, MessageRow, Tables } from './schema.ts'

/** Characters of JSON kept of what was read lately: some forty messages of two hundred items. More is time in which the collector stops all else. */
const KEPT_CHARACTERS = 6_000_000

/**
 * The `messages` part of the store. A forgotten idempotency key reads as empty text. A message that was read between transactions is
 * kept: it is committed, and never changed. Whoever gives messages an end has to let go of them here too.
 */
export function messagesIn(tables: Tables, isInside: () => boolean): Messages {
  const { byJti, byKey, byId } = acceptancesIn(tables)
  const insertMessage = insertionOf(tables)
  const grown = growthIn(tables, isInside)
  const find = prepared<Pick<MessageRow, 'id'>, MessageRow>(tables, (blank) =>
    tables.selectFrom('messages').selectAll().where('id', '=', blank('id')),
  )
  const ofCase = prepared<Pick<MessageRow, 'caseId'>, MessageRow>(tables, (blank) =>
    tables.selectFrom('messages').selectAll().where('caseId', '=', blank('caseId')).orderBy('position'),
  )
  const insertAcceptance = prepared<AcceptanceRow>(tables, (blank) =>
    tables.insertInto('acceptances').values({
      messageId: blank('messageId'),
      issuer: blank('issuer'),
      jti: blank('jti'),
      messageDigest: blank('messageDigest'),
      idempotencyKey: blank('idempotencyKey'),
      bodyDigest: blank('bodyDigest'),
      receipt: blank('receipt'),
      acceptedAt: blank('acceptedAt'),
    }),
  )
  const recent = keepRecent<MessageId, StoredMessage>(KEPT_CHARACTERS)
  const read = async (id: MessageId): Promise<Sized<StoredMessage> | undefined> => {
    const [row] = await find({ id })
    return row === undefined ? undefined : toStoredMessage(row)
  }

  return {
    acceptanceByJti: async (issuer, jti) => toAcceptance(await byJti({ issuer, jti })),
    acceptanceByKey: async (issuer, idempotencyKey) => toAcceptance(await byKey({ issuer, idempotencyKey })),
    acceptance: async (messageId) => toAcceptance(await byId({ messageId })),
    accept: async (acceptance, { message, copies, mayGrow, releases: _none, ...columns }) => {
      await insertAcceptance(acceptance)
      await insertMessage({
        ...columns,
        message: pack(message),
        copies: copies === undefined ? null : pack(copies),
        mayGrow: mayGrow === true ? 1 : null,
      })
    },
    release: async (acceptance, stored) => {
      await insertAcceptance(acceptance)
      await grown.add(stored)
    },
    // What a transaction reads may be undone with it: it is not kept.
    get: async (id) =>
      grown.now(isInside() ? (recent.peek(id) ?? (await read(id))?.value) : await recent.get(id, () => read(id))),
    ofCase: async (caseId) => {
      const found: StoredMessage[] = []
      for (const row of await ofCase({ caseId })) {
        const stored = await grown.now(recent.peek(row.id) ?? toStoredMessage(row).value)
        if (stored !== undefined) found.push(stored)
      }
      return found
    },
    forgetKeys: async (before) => {
      const result = await tables
        .updateTable('acceptances')
        .set({ idempotencyKey: null })
        .where('acceptedAt', '<', before)
        .where('idempotencyKey', 'is not', null)
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },
    quarantine: async (entry) => {
      await tables.insertInto('quarantine').values(entry).execute()
    },
  }
}

interface Acceptances {
  readonly byJti: Prepared<Pick<AcceptanceRow, 'issuer' | 'jti'>, AcceptanceRow>
  readonly byKey: Prepared<Pick<AcceptanceRow, 'issuer' | 'idempotencyKey'>, AcceptanceRow>
  readonly byId: Prepared<Pick<AcceptanceRow, 'messageId'>, AcceptanceRow>
}

function acceptancesIn(tables: Tables): Acceptances {
  const acceptances = () => tables.selectFrom('acceptances').selectAll()
  return {
    byJti: prepared(tables, (blank) =>
      acceptances().where('issuer', '=', blank('issuer')).where('jti', '=', blank('jti')),
    ),
    byKey: prepared(tables, (blank) =>
      acceptances().where('issuer', '=', blank('issuer')).where('idempotencyKey', '=', blank('idempotencyKey')),
    ),
    byId: prepared(tables, (blank) => acceptances().where('messageId', '=', blank('messageId'))),
  }
}

const insertionOf = (tables: Tables) =>
  prepared<Omit<MessageRow, 'position'>>(tables, (blank) =>
    tables.insertInto('messages').values((eb) => ({
      id: blank('id'),
      issuer: blank('issuer'),
      jti: blank('jti'),
      kind: blank('kind'),
      caseId: blank('caseId'),
      position: eb
        .selectFrom('messages as earlier')
        .select((row) => sql<number>`coalesce(max(${row.ref('earlier.position')}), 0) + 1`.as('position'))
        .where('earlier.caseId', '=', blank('caseId')),
      attested: blank('attested'),
      receivedAt: blank('receivedAt'),
      message: blank('message'),
      copies: blank('copies'),
      mayGrow: blank('mayGrow'),
    })),
  )

const toAcceptance = ([row]: readonly AcceptanceRow[]): Acceptance | undefined =>
  row === undefined ? undefined : { ...row, idempotencyKey: row.idempotencyKey ?? '' }

function toStoredMessage(row: MessageRow): Sized<StoredMessage> {
  const { position: _, message, copies, mayGrow, ...columns } = row
  const text = unpackText(message)
  const growing: Pick<StoredMessage, 'mayGrow'> = mayGrow === null ? {} : { mayGrow: true }
  const value = { ...columns, ...growing, message: fromJson<StoredMessage['message']>(text) }
  if (copies === null) return { value, size: text.length }
  const copiesText = unpackText(copies)
  return { value: { ...value, copies: fromJson(copiesText) }, size: text.length + copiesText.length }
}
