/** The trust list of an example network: three invented officers, two of whom sign the first list. */
import { join } from 'node:path'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { WITNESS_PATHS } from '#adapters/agency-kit/own-witness.ts'
import { createWitnessState } from '#adapters/agency-kit/witness-state.ts'
import { createNoteKey } from '#adapters/keys/note-key.ts'
import { createPrivateKeyFile, readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { PrivateKey } from '#adapters/keys/private-key-file.ts'
import { signList } from '#adapters/trust/sign-list.ts'
import { printNoteKey } from '#gateway/core/log/note.ts'
import type { RegistryText } from '#gateway/core/participants.ts'
import type { PinnedText } from '#gateway/core/trust-list/list.ts'
import type { NamedKeyText } from '#gateway/core/trust-list/propose.ts'
import { listRegistry, propose } from '#gateway/core/trust-list/propose.ts'
import { readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import { TRUST_PATHS, writeWhole } from './trust-files.ts'

const DAY_MS = 86_400_000
const OFFICER_DAYS = 365
const OFFICERS = ['demo-officer-ana', 'demo-officer-ben', 'demo-officer-cleo'] as const
const THRESHOLD = 2
const QUORUM = 2

export interface ExampleTrust {
  readonly folder: string
  /** With everybody's keys. */
  readonly registry: RegistryText
  /** Folder of the gateway's keys. */
  readonly gatewayKeys: string
  /** Folder of an organisation's keys. */
  readonly keysOf: (organisation: string) => string
  readonly now: Instant
  /** How long the list counts; absent: as long as lists do. */
  readonly days?: number
}

/** Writes the officers, their keys, log and witness keys, and the signed list; answers the registry without keys. */
export async function writeExampleTrust(making: ExampleTrust): Promise<RegistryText> {
  const { folder, registry, now } = making
  const officers: { readonly id: string; readonly key: PrivateKey }[] = []
  for (const id of OFFICERS) officers.push({ id, key: await makeOfficer(join(folder, TRUST_PATHS.officer(id)), now) })
  const pinned: PinnedText = {
    network: registry.network,
    officers: { threshold: THRESHOLD, members: officers.map(({ id, key }) => officerEntry(id, key)) },
  }
  const body = listRegistry({
    registry,
    officers: pinned.officers,
    gatewayKeys: (await readPrivateKeys(making.gatewayKeys)).map(gatewayEntry),
    logKey: printNoteKey(await createNoteKey(join(making.gatewayKeys, 'log.key'), `${registry.network}/log`, 'log')),
    witnessKeys: await makeWitnesses(making),
    quorum: Math.min(QUORUM, registry.participants.length),
  })
  let text = toProposal(propose(undefined, body, { issued: now, days: making.days }))
  for (const { key } of officers.slice(0, THRESHOLD)) {
    const read = readSignedTrustList(text)
    if (!read.ok) throw new Error(`the list of an example network: ${read.problem.code}`)
    text = await signList(read.value, key)
  }
  await writeWhole(join(folder, TRUST_PATHS.officers), `${JSON.stringify(pinned, null, 2)}\n`)
  await writeWhole(join(folder, TRUST_PATHS.list), text)
  return withoutKeys(registry)
}

export const makeOfficer = (folder: string, now: Instant): Promise<PrivateKey> =>
  createPrivateKeyFile(folder, 'officer', { from: now - DAY_MS, until: now + OFFICER_DAYS * DAY_MS })

/** An officer as a list names one. */
export const officerEntry = (
  id: string,
  { kid, jwk, from, until }: PrivateKey,
): PinnedText['officers']['members'][number] => ({ id, kid, jwk, from: printInstant(from), until: printInstant(until) })

type KeyText = RegistryText['participants'][number]['keys'][number]

/** Throws for an officer's key, which is nobody's to work with, and for one to present with, which is a gateway's. */
export function publicEntry({ kid, use, jwk, from, until }: PrivateKey): KeyText {
  if (use === 'officer' || use === 'present') throw new Error(`a key of use ${use} stands among keys to work with`)
  return { kid, use, jwk, from: printInstant(from), until: printInstant(until) }
}

const gatewayEntry = (key: PrivateKey): NamedKeyText =>
  key.use === 'present' ? { ...publicEntry({ ...key, use: 'sign' }), use: 'present' } : publicEntry(key)

async function makeWitnesses({ registry, keysOf }: ExampleTrust): Promise<ReadonlyMap<string, string>> {
  const made = registry.participants.map(async ({ id }): Promise<[string, string]> => {
    const folder = join(keysOf(id), '..')
    await createWitnessState(join(folder, WITNESS_PATHS.memory))
    const key = await createNoteKey(join(folder, WITNESS_PATHS.key), `${registry.network}/org/${id}`, 'witness')
    return [id, printNoteKey(key)]
  })
  return new Map(await Promise.all(made))
}

/** What network.json says: whose keys, the list alone says. */
const withoutKeys = (registry: RegistryText): RegistryText => ({
  ...registry,
  participants: registry.participants.map((entry) => ({ ...entry, keys: [] })),
  mandates: registry.mandates.map((entry) => ({ ...entry, keys: [] })),
})
