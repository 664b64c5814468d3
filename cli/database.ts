/** Where a Config keeps everything, in PostgreSQL or in a file, and how commands open it. */
import { dirname, resolve } from 'node:path'
import { isPostgresUrl, printedUrl } from '#adapters/postgres/connection.ts'
import { openStore } from '#adapters/store/open-postgres.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { Config } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'

/** `postgres://…`, or the path of a file. */
export const placeOf = ({ databaseUrl, database }: Pick<Config, 'databaseUrl' | 'database'>): string =>
  databaseUrl ?? database

/** The place as it may be printed. */
export const printedPlace = (place: string): string => (isPostgresUrl(place) ? printedUrl(place) : place)

/** Opened to look, beside running gateways. Throws CommandFailed, in one line that names the place. */
export const openForReading = (place: string): Promise<Store> =>
  openStore(place, { readonly: true }).catch((cause: unknown) => {
    const fault = cause instanceof Error ? cause.message : 'cannot be opened'
    throw new CommandFailed(`${printedPlace(place)}: ${fault}`, EXIT.unreachable)
  })

const CERTIFICATE_FILES = ['sslrootcert', 'sslcert', 'sslkey']

/** Folders of the certificates that the URL names for TLS: a confined process must be able to read them. */
export function certificateFolders(places: readonly string[]): readonly string[] {
  const urls = places.filter(isPostgresUrl).map((place) => new URL(place))
  return urls.flatMap(({ searchParams }) =>
    CERTIFICATE_FILES.flatMap((name) => {
      const file = searchParams.get(name)
      return file === null || file === 'system' ? [] : [dirname(resolve(file))]
    }),
  )
}
