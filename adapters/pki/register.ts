/** What an authority has issued, revoked and invited: one SQLite file beside its key, whose unique columns are the refusals. */
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { KeptKeyRequest } from '#gateway/ports/issuer.ts'
import type { Instant } from '#policies/language/instant.ts'

const TABLES = `
  create table if not exists issued (
    serial text primary key, uri text not null, key_digest text not null unique,
    pem text not null, from_ms integer not null, until_ms integer not null
  ) strict;
  create index if not exists issued_uri on issued (uri);
  create table if not exists revoked (
    serial text primary key, at_ms integer not null, reason text not null
  ) strict;
  create table if not exists lists (number integer primary key autoincrement, at_ms integer not null) strict;
  create table if not exists invitations (
    id text primary key, uri text not null unique, code_digest text not null, until_ms integer not null,
    wrong_guesses integer not null default 0, state text not null,
    key_digest text unique, public_key blob, serial text references issued (serial)
  ) strict;
  create table if not exists key_requests (uri text primary key, request text not null, at_ms integer not null) strict;
`
/** An invitation of before they were there ends within its day; until then it counts every wrong guess as near. */
const LATER_COLUMNS = ['near_digest text', 'far_guesses integer not null default 0'] as const
const BUSY_MS = 5_000

export interface Issued {
  readonly serial: string
  readonly uri: string
  /** SHA-256 of the SubjectPublicKeyInfo, in hex. */
  readonly keyDigest: string
  readonly pem: string
  readonly from: Instant
  readonly until: Instant
}

export type RevocationReason = 'key-compromise' | 'superseded' | 'cessation'

export interface Revoked {
  readonly serial: string
  readonly at: Instant
  readonly reason: RevocationReason
}

/** `open`: a code is out. `asked`: a key has come with it. `confirmed`: an officer has seen its fingerprint. `locked`: guessed at too often. */
export type InvitationState = 'open' | 'asked' | 'confirmed' | 'locked'

export interface Invitation {
  readonly id: string
  readonly uri: string
  readonly codeDigest: string
  /** Of the first group of the code; undefined in one from before it was kept. */
  readonly nearDigest: string | undefined
  readonly until: Instant
  /** Those that came near, of which ten lock it. */
  readonly wrongGuesses: number
  /** Those of strangers, which lock nothing. */
  readonly farGuesses: number
  readonly state: InvitationState
  /** Of the key that came with the code. */
  readonly keyDigest: string | undefined
  /** Its SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array | undefined
  readonly serial: string | undefined
}

export interface Register extends Disposable {
  /** All or nothing, and alone: other processes wait for it. */
  readonly transaction: <Value>(work: () => Value) => Value
  readonly knowsKey: (keyDigest: string) => boolean
  /** Throws where the serial number or the key is there already. */
  readonly addIssued: (issued: Issued) => void
  readonly issuedTo: (uri: string) => readonly Issued[]
  readonly issuedAs: (serial: string) => Issued | undefined
  readonly isRevoked: (serial: string) => boolean
  /** Revoking again changes nothing. */
  readonly revoke: (revoked: Revoked) => void
  /** Those that have not run out by themselves: a list stays as short as certificates do. */
  readonly revokedAt: (at: Instant) => readonly Revoked[]
  readonly nextListNumber: (at: Instant) => number
  /** Replaces an earlier invitation of the same organisation. */
  readonly invite: (invitation: Pick<Invitation, 'id' | 'uri' | 'codeDigest' | 'nearDigest' | 'until'>) => void
  readonly invitationOf: (by: { readonly uri: string } | { readonly id: string }) => Invitation | undefined
  readonly invitations: () => readonly Invitation[]
  readonly updateInvitation: (invitation: Invitation) => void
  /** Replaces an earlier one of the same organisation. */
  readonly keepKeyRequest: (request: KeptKeyRequest) => void
  readonly keyRequests: () => readonly KeptKeyRequest[]
}

const issuedRow = z
  .object({
    serial: z.string(),
    uri: z.string(),
    key_digest: z.string(),
    pem: z.string(),
    from_ms: z.number(),
    until_ms: z.number(),
  })
  .transform((row): Issued => ({
    serial: row.serial,
    uri: row.uri,
    keyDigest: row.key_digest,
    pem: row.pem,
    from: row.from_ms,
    until: row.until_ms,
  }))
const revokedRow = z
  .object({ serial: z.string(), at_ms: z.number(), reason: z.enum(['key-compromise', 'superseded', 'cessation']) })
  .transform((row): Revoked => ({ serial: row.serial, at: row.at_ms, reason: row.reason }))
const invitationRow = z
  .object({
    id: z.string(),
    uri: z.string(),
    code_digest: z.string(),
    near_digest: z.string().nullable(),
    until_ms: z.number(),
    wrong_guesses: z.number(),
    far_guesses: z.number(),
    state: z.enum(['open', 'asked', 'confirmed', 'locked']),
    key_digest: z.string().nullable(),
    public_key: z.instanceof(Uint8Array).nullable(),
    serial: z.string().nullable(),
  })
  .transform((row): Invitation => ({
    id: row.id,
    uri: row.uri,
    codeDigest: row.code_digest,
    nearDigest: row.near_digest ?? undefined,
    until: row.until_ms,
    wrongGuesses: row.wrong_guesses,
    farGuesses: row.far_guesses,
    state: row.state,
    keyDigest: row.key_digest ?? undefined,
    publicKey: row.public_key ?? undefined,
    serial: row.serial ?? undefined,
  }))

/** Opens the register in the file at the path, made where there is none. Throws where it cannot be opened. */
export function openRegister(path: string): Register {
  const database = new DatabaseSync(path)
  database.exec(`pragma busy_timeout = ${BUSY_MS}; pragma journal_mode = wal; pragma synchronous = full; ${TABLES}`)
  inTransaction(database, () => addLaterColumns(database))
  return {
    transaction: (work) => inTransaction(database, work),
    ...certificatesIn(database),
    ...invitationsIn(database),
    ...keyRequestsIn(database),
    [Symbol.dispose]: () => database.close(),
  }
}

function addLaterColumns(database: DatabaseSync): void {
  const present = database.prepare("select name from pragma_table_info('invitations')").all()
  for (const column of LATER_COLUMNS) {
    const isThere = present.some(({ name }) => column.startsWith(`${String(name)} `))
    if (!isThere) database.exec(`alter table invitations add column ${column}`)
  }
}

function inTransaction<Value>(database: DatabaseSync, work: () => Value): Value {
  database.exec('begin immediate')
  try {
    const value = work()
    database.exec('commit')
    return value
  } catch (cause) {
    database.exec('rollback')
    throw cause
  }
}

type Certificates = Pick<
  Register,
  'knowsKey' | 'addIssued' | 'issuedTo' | 'issuedAs' | 'isRevoked' | 'revoke' | 'revokedAt' | 'nextListNumber'
>

function certificatesIn(database: DatabaseSync): Certificates {
  return {
    knowsKey: (keyDigest) => database.prepare('select 1 from issued where key_digest = ?').get(keyDigest) !== undefined,
    addIssued: ({ serial, uri, keyDigest, pem, from, until }) =>
      void database
        .prepare('insert into issued values (?, ?, ?, ?, ?, ?)')
        .run(serial, uri, keyDigest, pem, from, until),
    issuedTo: (uri) =>
      z.array(issuedRow).parse(database.prepare('select * from issued where uri = ? order by from_ms').all(uri)),
    issuedAs: (serial) =>
      issuedRow.optional().parse(database.prepare('select * from issued where serial = ?').get(serial)),
    isRevoked: (serial) => database.prepare('select 1 from revoked where serial = ?').get(serial) !== undefined,
    revoke: ({ serial, at, reason }) =>
      void database.prepare('insert or ignore into revoked values (?, ?, ?)').run(serial, at, reason),
    revokedAt: (at) =>
      z
        .array(revokedRow)
        .parse(
          database
            .prepare(
              'select revoked.* from revoked left join issued using (serial) where until_ms is null or until_ms > ? order by at_ms',
            )
            .all(at),
        ),
    nextListNumber: (at) => Number(database.prepare('insert into lists (at_ms) values (?)').run(at).lastInsertRowid),
  }
}

type Invitations = Pick<Register, 'invite' | 'invitationOf' | 'invitations' | 'updateInvitation'>

function invitationsIn(database: DatabaseSync): Invitations {
  return {
    invite: ({ id, uri, codeDigest, nearDigest, until }) =>
      void database
        .prepare(
          "insert or replace into invitations (id, uri, code_digest, near_digest, until_ms, state) values (?, ?, ?, ?, ?, 'open')",
        )
        .run(id, uri, codeDigest, nearDigest ?? null, until),
    invitationOf: (by) =>
      invitationRow
        .optional()
        .parse(
          'uri' in by
            ? database.prepare('select * from invitations where uri = ?').get(by.uri)
            : database.prepare('select * from invitations where id = ?').get(by.id),
        ),
    invitations: () => z.array(invitationRow).parse(database.prepare('select * from invitations order by uri').all()),
    updateInvitation: ({ id, wrongGuesses, farGuesses, state, keyDigest, publicKey, serial }) =>
      void database
        .prepare(
          'update invitations set wrong_guesses = ?, far_guesses = ?, state = ?, key_digest = ?, public_key = ?, serial = ? where id = ?',
        )
        .run(wrongGuesses, farGuesses, state, keyDigest ?? null, publicKey ?? null, serial ?? null, id),
  }
}

const keyRequestRow = z
  .object({ uri: z.string(), request: z.string(), at_ms: z.number() })
  .transform(({ uri, request, at_ms: at }): KeptKeyRequest => ({ uri, request, at }))

const keyRequestsIn = (database: DatabaseSync): Pick<Register, 'keepKeyRequest' | 'keyRequests'> => ({
  keepKeyRequest: ({ uri, request, at }) =>
    void database.prepare('insert or replace into key_requests values (?, ?, ?)').run(uri, request, at),
  keyRequests: () => z.array(keyRequestRow).parse(database.prepare('select * from key_requests order by uri').all()),
})
