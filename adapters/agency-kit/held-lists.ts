/** The revocation lists a member holds: those handed over with the root, and newer ones fetched from the gateway; the highest number stays. */
import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listsOf, revocationFault } from '#adapters/pki/chain-revocation.ts'
import type { RevocationFault, RevocationMode } from '#adapters/pki/chain-revocation.ts'
import { listedIn } from '#adapters/pki/issuing.ts'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import type { RevocationList } from '#adapters/pki/revocation.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Answer, Call } from './client.ts'

export const LISTS_PATH = '/.well-known/crl.pem'
const LISTS_FILE = 'crl.pem'
const FETCH_EVERY_MS = 60_000
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

export interface HeldListsOptions {
  /** Folder whose trust/crl.pem, where there is one, was handed over with the root. Never written to: it may be the gateway's own. */
  readonly home: string
  /** Where those fetched are kept. */
  readonly folder: string
  /** PEM of the root. */
  readonly authority: string
  /**
   * `known`: a gateway is refused where a list says that it is revoked, also one that has run out. `strict`: also where no list in time
   * speaks of it; new ones then come by hand as soon as one has run out, since none is fetched from a gateway that is not believed.
   */
  readonly mode: RevocationMode
  readonly clock: Clock
  readonly warn: (line: string) => void
}

export interface HeldLists {
  /** For `openClient`: why the chain of the gateway is not to be believed, in words. */
  readonly revoked: (chain: readonly Uint8Array[]) => string | undefined
  /** Fetches the lists from the gateway where that is due, and keeps what is newer. Never rejects. */
  readonly refresh: (client: { readonly call: (call: Call) => Promise<Answer> }) => Promise<void>
}

const WORDS: Readonly<Record<RevocationFault, string>> = {
  revoked: 'the certificate of the gateway is revoked: nothing was sent to it; ask the officers of the network',
  'list-missing': 'no revocation list of the gateway’s authority is held, and strict was asked for',
  'list-expired': 'the revocation list of the gateway’s authority has run out, and strict was asked for',
}

/** Throws where a list that lies there cannot be read. */
export async function openHeldLists(options: HeldListsOptions): Promise<HeldLists> {
  const { home, folder, authority, mode, clock, warn } = options
  const anchors = (authority.match(PEM_BLOCK) ?? []).map((block) => new X509Certificate(block).raw)
  const paths = { given: join(home, 'trust', LISTS_FILE), kept: join(folder, LISTS_FILE) }
  const read = async (): Promise<Held> => ({ given: await listsIn(paths.given), kept: await listsIn(paths.kept) })
  let held = await read()
  let authorities: readonly X509Certificate[] = []
  let believed: { readonly leaf: Uint8Array; readonly held: Held; readonly until: number } | undefined
  let fetchedAt: number | undefined
  let tag: string | undefined
  const fetchOnce = async (client: Parameters<HeldLists['refresh']>[0]): Promise<void> => {
    const headers = tag === undefined ? {} : { 'if-none-match': tag }
    const answer = await client.call({ method: 'GET', path: LISTS_PATH, headers })
    if (answer.status === 200) {
      held = { given: await listsIn(paths.given), kept: held.kept }
      held = { ...held, kept: await keep(paths.kept, folder, newer(answer.text, held, authorities, warn)) }
      tag = answer.headers.etag
    }
    warnOfOld(held, authorities, clock(), warn)
  }
  return {
    revoked: (chain) => {
      const [leaf] = chain
      const at = clock()
      const isBelieved = believed?.held === held && at < believed.until && leaf !== undefined
      if (isBelieved && Buffer.compare(believed?.leaf ?? leaf, leaf) === 0) return undefined
      const certificates = [...chain, ...anchors]
      const fault = revocationFault({ certificates, lists: [...held.given, ...held.kept], at, mode })
      if (fault !== undefined) return WORDS[fault]
      if (leaf !== undefined) believed = { leaf, held, until: nextEnd(held, at) }
      authorities = certificates.slice(1).map((der) => new X509Certificate(der))
      return undefined
    },
    refresh: async (client) => {
      const now = clock()
      if (fetchedAt !== undefined && Math.abs(now - fetchedAt) < FETCH_EVERY_MS) return
      fetchedAt = now
      // A gateway that does not answer, or has no lists to give, changes nothing: what is held goes on.
      await fetchOnce(client).catch(() => {})
    },
  }
}

interface Held {
  readonly given: readonly RevocationList[]
  readonly kept: readonly RevocationList[]
}

/** Until then nothing changes by time alone. */
const nextEnd = ({ given, kept }: Held, at: number): number =>
  Math.min(Infinity, ...[...given, ...kept].map(({ until }) => until).filter((until) => until > at))

async function listsIn(path: string): Promise<readonly RevocationList[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text.trim() === '') return []
  try {
    return readRevocationLists(text).lists
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`, { cause })
  }
}

/** Of what the gateway gave, the lists that an authority above it signed and that are newer than those held; an older one is somebody's attempt. */
function newer(
  text: string,
  { given, kept }: Held,
  authorities: readonly X509Certificate[],
  warn: (line: string) => void,
): { readonly lists: readonly RevocationList[]; readonly kept: readonly RevocationList[] } {
  const known = [...given, ...kept]
  const signed = authorities.flatMap((authority) =>
    listsOf(authority, readRevocationLists(text).lists).map((list) => ({ list, held: listsOf(authority, known) })),
  )
  const numberOf = ({ number = 0n }: RevocationList): bigint => number
  const isOlder = signed.some(({ list, held }) => held.some((other) => numberOf(list) < numberOf(other)))
  if (isOlder)
    warn('the gateway gave a revocation list older than one that is held; it was not taken; tell the officers')
  return {
    kept,
    lists: signed
      .filter(({ list, held }) => held.every((other) => numberOf(list) > numberOf(other)))
      .map(({ list }) => list),
  }
}

/** Written whole or not at all, and only where there is something new. */
async function keep(path: string, folder: string, { lists, kept }: ReturnType<typeof newer>): Promise<Held['kept']> {
  if (lists.length === 0) return kept
  const text = lists.reduce(
    (present, { issuer, pem }) => listedIn(present, issuer, pem),
    kept.map(({ pem }) => pem).join(''),
  )
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(`${path}.part`, text, { flush: true })
  await rename(`${path}.part`, path)
  return readRevocationLists(text).lists
}

/** A list that has run out and that the gateway brings no newer one for. */
function warnOfOld(
  { given, kept }: Held,
  authorities: readonly X509Certificate[],
  at: number,
  warn: (line: string) => void,
): void {
  for (const authority of authorities) {
    const ends = listsOf(authority, [...given, ...kept]).map(({ until }) => until)
    const last = Math.max(...ends)
    if (ends.length > 0 && last <= at)
      warn(`a revocation list of the gateway’s authorities ran out at ${printInstant(last)}, and it gives no newer one`)
  }
}
