/** How a value becomes the text that the store keeps in its place, and back. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { CaseId } from '#gateway/core/ids.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias, Place, Vault } from '#gateway/ports/vault.ts'

export type Sealing = Pick<
  Vault,
  'own' | 'aliasOf' | 'aliasFor' | 'caseOf' | 'seal' | 'open' | 'blind' | 'blindItems' | 'openItems' | 'erased'
>

const PLAIN = 0
const SMALL = 1
/** Below, a compressor costs more to begin than it saves on the disk. */
const WORTH_COMPRESSING = 2048
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** JSON, made small where it is long, sealed, as base64url. */
export async function sealJson(sealing: Sealing, alias: CaseAlias, place: Place, value: unknown): Promise<string> {
  const json = JSON.stringify(value)
  const content =
    json.length < WORTH_COMPRESSING
      ? Buffer.concat([Buffer.of(PLAIN), Buffer.from(json)])
      : Buffer.concat([Buffer.of(SMALL), zstdCompressSync(json, FASTEST)])
  const sealed = await sealing.seal(alias, place, content)
  return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).toString('base64url')
}

/** What this gateway sealed there from a value of that type; undefined once erased. Throws SealBroken. */
export async function openJson<T>(
  sealing: Sealing,
  place: Place,
  text: string,
  alias?: string,
): Promise<T | undefined> {
  const json = await openText(sealing, place, text, alias)
  return json === undefined ? undefined : (JSON.parse(json) as T)
}

/** The same before it is read. */
export async function openText(
  sealing: Sealing,
  place: Place,
  text: string,
  alias?: string,
): Promise<string | undefined> {
  const opened = await sealing.open(place, Buffer.from(text, 'base64url'), alias)
  if (opened === undefined) return undefined
  const content = Buffer.from(opened.buffer, opened.byteOffset + 1, opened.byteLength - 1)
  return (opened[0] === SMALL ? zstdDecompressSync(content) : content).toString('utf8')
}

/** What each of them becomes, in their order: nothing, one or several. */
export const flatMapped = async <T, Made>(
  values: readonly T[],
  make: (value: T) => Promise<readonly Made[]>,
): Promise<readonly Made[]> => (await Promise.all(values.map(make))).flat()

/** The sealed text in the place of a value that the store keeps as JSON and never looks into. */
export const parked = <T>(sealed: string): T => ({ sealed }) as T

/** The sealed text of what was parked. Throws SealBroken for what never was. */
export function unparked(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string')
    return value.sealed
  throw new SealBroken('the database holds something that was never sealed')
}

/** The alias of the case, for what is read; without one, nothing is kept of it. */
export const ofCase = async <T>(
  { aliasOf }: Sealing,
  caseId: CaseId,
  nothing: T,
  read: (alias: CaseAlias) => Promise<T>,
): Promise<T> => {
  const alias = await aliasOf(caseId)
  return alias === undefined ? nothing : read(alias)
}
