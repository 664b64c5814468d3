/** `trust propose`: the list that follows the published one, with what is to change in it. */
import { join } from 'node:path'
import { REVOCATION_REASONS } from '#gateway/core/trust-list/list.ts'
import type { TrustListBody } from '#gateway/core/trust-list/list.ts'
import { propose, revokeKey, revokeOrganisation } from '#gateway/core/trust-list/propose.ts'
import { addKey, readKeyRequest } from '#gateway/core/trust-list/rotate.ts'
import { readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import type { SignedTrustList } from '#gateway/core/trust-list/signed.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readJson, readText } from './files.ts'
import { print } from './output.ts'
import { changesBetween } from './trust-changes.ts'
import { admitted } from './trust-requests.ts'
import { readListFile, refused, TRUST_PATHS, writeWhole } from './trust-files.ts'

export interface ProposeOptions {
  readonly network: string
  readonly out: string
  readonly days: number
  readonly body?: string
  readonly revokeKey?: string
  readonly revokeOrganisation?: string
  readonly reason?: string
  readonly addKey?: string
  readonly admit?: string
  readonly json: boolean
}

export async function proposeList(options: ProposeOptions): Promise<void> {
  const before = await readText(join(options.network, TRUST_PATHS.list)).then(
    () => readListFile(join(options.network, TRUST_PATHS.list)),
    () => undefined,
  )
  const now = Date.now()
  const body = await changed(await bodyOf(options, before), { options, before, now })
  const text = toProposal(propose(before, body, { issued: now, days: options.days }))
  const read = readSignedTrustList(text)
  if (!read.ok) throw refused(options.body ?? options.network, read.problem)
  await writeWhole(options.out, text)
  const { list } = read.value
  const { version, officers } = list
  const changes = before === undefined ? [] : changesBetween(before.list, list)
  print(options.json, { version, needed: officers.threshold, file: options.out, changes }, () => [
    `list ${version} proposed in ${options.out}: ${officers.threshold} officers have to sign it`,
    ...changes,
  ])
}

/** What `--body` says is judged when the proposal is read back. */
async function bodyOf({ body, network }: ProposeOptions, before: SignedTrustList | undefined): Promise<TrustListBody> {
  if (body !== undefined) return (await readJson(body)) as TrustListBody
  if (before !== undefined) return before.written
  throw new CommandFailed(`${network}: no list is published here; say with --body what the first one holds`, EXIT.usage)
}

interface Changing {
  readonly options: ProposeOptions
  readonly before: SignedTrustList | undefined
  readonly now: number
}

async function changed(body: TrustListBody, { options, before, now }: Changing): Promise<TrustListBody> {
  const { revokeKey: kid, revokeOrganisation: organisation, addKey: posted } = options
  const how = (): { readonly at: number; readonly reason: (typeof REVOCATION_REASONS)[number] } => {
    const reason = REVOCATION_REASONS.find((one) => one === options.reason)
    if (reason === undefined)
      throw new CommandFailed(`--reason is needed: one of ${REVOCATION_REASONS.join(', ')}`, EXIT.usage)
    return { at: now, reason }
  }
  let next: TrustListBody | undefined = body
  if (kid !== undefined) next = revokeKey(next, kid, how())
  if (next === undefined) throw new CommandFailed(`--revoke-key: no such key in the list`, EXIT.found)
  if (organisation !== undefined) next = revokeOrganisation(next, organisation, how())
  if (next === undefined) throw new CommandFailed(`--revoke-organisation: no such organisation in the list`, EXIT.found)
  if (options.admit !== undefined) next = await admitted(next, options.admit, { network: options.network, now })
  if (posted === undefined) return next
  if (before === undefined)
    throw new CommandFailed(
      `--add-key: no list is published in ${options.network} that could say whose it is`,
      EXIT.usage,
    )
  const text = (await readText(posted)).trim()
  const request = await readKeyRequest(text, { list: before.list, now, verifySignature: verifyJws })
  if (!request.ok) throw refused(posted, request.problem)
  return addKey(next, request.value)
}
