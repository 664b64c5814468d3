/** Whose word a delivery is, checked offline: the officers' list, the sender's signature under it, and the gateway's binding to its recipient. */
import { join } from 'node:path'
import { believeContent } from '#adapters/agency-kit/believe-content.ts'
import type { Believed } from '#adapters/agency-kit/believe-content.ts'
import { gatewayKeysOf, secondKeysOf } from '#adapters/agency-kit/member-trust.ts'
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Evidence } from '#gateway/core/log/evidence.ts'
import { readLeaf } from '#gateway/core/log/leaf.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { fail } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import { logTrustOf } from '#gateway/core/trust-list/log-trust.ts'
import { verifyTrustList } from '#gateway/core/trust-list/verify.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { readRegistry } from './registry.ts'
import { readListFile, readPinned, refused, TRUST_PATHS } from './trust-files.ts'

/** Whom to believe, out of a folder with network.json, trust/list.json and trust/officers.json. */
export interface OfflineTrust {
  readonly list: TrustList
  readonly log: LogTrust
  readonly mandates: Registry['mandates']
}

/** Throws CommandFailed where as many officers as are pinned did not sign the list. It may have expired: what it said, it said. */
export async function readOfflineTrust(folder: string): Promise<OfflineTrust> {
  const path = join(folder, TRUST_PATHS.list)
  const { issued: now } = (await readListFile(path)).list
  const before = await readPinned(folder)
  const verified = await verifyTrustList(await readText(path), { before, now, verifySignature: verifyJws })
  if (!verified.ok) throw refused(path, verified.problem)
  const { list } = verified.value
  const log = logTrustOf(list, now)
  if (log === undefined) throw new CommandFailed(`${path}: names no log`, EXIT.found)
  return { list, log, mandates: (await readRegistry(folder)).mandates }
}

const HOUR_MS = 3_600_000

/**
 * The content, believed. `evidence` must have been held against the log: its hour says which keys counted. Problems: those of
 * believeContent, `evidence-mismatch`.
 */
export async function verifySender(
  { content, evidence }: { readonly content: string; readonly evidence: Evidence },
  { list, mandates }: Pick<OfflineTrust, 'list' | 'mandates'>,
): Promise<Result<Believed>> {
  const hour = parseInstant(`${readLeaf(evidence.leaf)?.t ?? ''}:00:00Z`)
  if (hour === undefined) return fail('evidence-mismatch')
  return believeContent(content, {
    gatewayKeys: keysWithin(list, hour),
    organisations: list.organisations,
    second: secondKeysOf(list, hour + HOUR_MS - 1),
    typeOf: (id) => mandates.find((mandate) => mandate.id === id)?.type,
  })
}

/** URI of whoever signed it: the agency, or the gateway where it speaks in its own name. */
export const signerOf = ({ copy }: Believed, { list }: Pick<OfflineTrust, 'list'>): string =>
  copy?.iss ?? list.gateway.uri

/** The log says the hour and no more: a key that held at its beginning or its end held. */
function keysWithin(list: TrustList, hour: Instant): readonly GatewayKey[] {
  const [first, last] = [gatewayKeysOf(list, hour), gatewayKeysOf(list, hour + HOUR_MS - 1)]
  return [...first, ...last.filter(({ kid }) => !first.some((key) => key.kid === kid))]
}
