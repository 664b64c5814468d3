/** Who may use the pages, what they sign in with, and who is signed in. */
import type { Account, Session } from '#gateway/core/account.ts'
import type { Credential, EntryLink, People } from '#gateway/ports/people.ts'
import { fromJson, withoutNulls } from './row.ts'
import type { AccountRow, CredentialRow, EntryLinkRow, SessionRow, Tables } from './schema.ts'

/** The `people` part of the store. */
export function peopleIn(tables: Tables): People {
  return { ...accountsIn(tables), ...credentialsIn(tables), ...sessionsIn(tables), ...onceIn(tables) }
}

const toAccount = (row: AccountRow | undefined): Account | undefined =>
  row === undefined ? undefined : withoutNulls(row)

function accountsIn(tables: Tables): Pick<People, 'putAccount' | 'account' | 'accountOfSubject' | 'accounts'> {
  const accounts = () => tables.selectFrom('accounts').selectAll()
  return {
    putAccount: async (account) => {
      const row = { mandate: null, language: null, subject: null, endedAt: null, ...account }
      await tables
        .insertInto('accounts')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    },
    account: async (id) => toAccount(await accounts().where('id', '=', id).executeTakeFirst()),
    accountOfSubject: async (subject) => toAccount(await accounts().where('subject', '=', subject).executeTakeFirst()),
    accounts: async () => (await accounts().orderBy('name').orderBy('id').execute()).map(withoutNulls),
  }
}

const toCredential = (row: CredentialRow): Credential => ({
  ...withoutNulls(row),
  transports: fromJson<readonly string[]>(row.transports),
})

type OfCredentials = 'addCredential' | 'credential' | 'credentialsOf' | 'useCredential' | 'removeCredential'

function credentialsIn(tables: Tables): Pick<People, OfCredentials> {
  const credentials = () => tables.selectFrom('credentials').selectAll()
  return {
    addCredential: async (credential) => {
      const transports = JSON.stringify(credential.transports)
      await tables
        .insertInto('credentials')
        .values({ usedAt: null, ...credential, transports })
        .execute()
    },
    credential: async (id) => {
      const row = await credentials().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : toCredential(row)
    },
    credentialsOf: async (account) =>
      (await credentials().where('account', '=', account).orderBy('addedAt').orderBy('id').execute()).map(toCredential),
    useCredential: async ({ id, counter: expected }, { counter, at }) => {
      const { numUpdatedRows } = await tables
        .updateTable('credentials')
        .set({ counter, usedAt: at })
        .where('id', '=', id)
        .where('counter', '=', expected)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
    removeCredential: async (id) => {
      await tables.deleteFrom('credentials').where('id', '=', id).execute()
    },
  }
}

const toSession = (row: SessionRow): Session => withoutNulls(row)

type OfSessions = 'beginSession' | 'session' | 'touchSession' | 'endSession' | 'endSessions'

function sessionsIn(tables: Tables): Pick<People, OfSessions> {
  return {
    beginSession: async (session) => {
      await tables
        .insertInto('sessions')
        .values({ steppedUpAt: null, ...session })
        .execute()
    },
    session: async (id) => {
      const row = await tables.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : toSession(row)
    },
    touchSession: async (id, marks) => {
      await tables.updateTable('sessions').set(marks).where('id', '=', id).execute()
    },
    endSession: async (id) => {
      await tables.deleteFrom('sessions').where('id', '=', id).execute()
    },
    endSessions: async (which) => {
      const all = tables.deleteFrom('sessions')
      const some =
        'account' in which ? all.where('account', '=', which.account) : all.where('seenAt', '<', which.seenBefore)
      return Number((await some.executeTakeFirstOrThrow()).numDeletedRows)
    },
  }
}

const toLink = (row: EntryLinkRow | undefined): EntryLink | undefined =>
  row === undefined ? undefined : withoutNulls(row)

type Once =
  'proposedLinks' | 'confirmLink' | 'beginCeremony' | 'takeCeremony' | 'addLink' | 'link' | 'takeLink' | 'forgetEnded'

/** What counts once: whoever deletes the row has it. */
function onceIn(tables: Tables): Pick<People, Once> {
  return {
    beginCeremony: async (ceremony) => {
      await tables.insertInto('ceremonies').values(ceremony).execute()
    },
    takeCeremony: async (id, at) => {
      const taken = await tables.deleteFrom('ceremonies').where('id', '=', id).returningAll().executeTakeFirst()
      return taken !== undefined && at < taken.until ? taken : undefined
    },
    addLink: async (link) => {
      await tables
        .insertInto('entry_links')
        .values({ proposedBy: null, proposedAt: null, confirmedBy: null, code: null, ...link })
        .execute()
    },
    link: async (id, at) => {
      const found = tables.selectFrom('entry_links').selectAll().where('id', '=', id).where('until', '>', at)
      return toLink(await found.executeTakeFirst())
    },
    proposedLinks: async (at) => {
      const rows = tables.selectFrom('entry_links').selectAll().where('until', '>', at)
      const found = await rows.where('proposedBy', 'is not', null).orderBy('proposedAt').orderBy('id').execute()
      return found.map(withoutNulls)
    },
    confirmLink: async (id, confirmed) => {
      await tables
        .updateTable('entry_links')
        .set(confirmed)
        .where('id', '=', id)
        .where('confirmedBy', 'is', null)
        .execute()
    },
    takeLink: async (id, at) => {
      const taken = await tables.deleteFrom('entry_links').where('id', '=', id).returningAll().executeTakeFirst()
      return taken !== undefined && at < taken.until ? toLink(taken) : undefined
    },
    forgetEnded: async (before) => {
      await tables.deleteFrom('ceremonies').where('until', '<', before).execute()
      await tables.deleteFrom('entry_links').where('until', '<', before).execute()
    },
  }
}
