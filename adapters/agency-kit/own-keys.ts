/** A new member makes its keys, each where it will work, and asks to have their public halves listed. None of them ever leaves. */
import { createPrivateKey, sign } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createPrivateKeyFile, readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { KeyUse, PrivateKey } from '#adapters/keys/private-key-file.ts'
import { createNoteKey, openNoteKey } from '#adapters/keys/note-key.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { printNoteKey } from '#gateway/core/log/note.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { BY_CERTIFICATE, BY_WITNESS, printJoinRequest, signedBytes } from '#gateway/core/trust-list/join-request.ts'
import type { JoinRequestText, SignedJoinRequest } from '#gateway/core/trust-list/join-request.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { organisationFolder, readOwnCertificate } from './own-certificate.ts'
import { WITNESS_PATHS } from './own-witness.ts'
import { createWitnessState } from './witness-state.ts'

const DAY_MS = 86_400_000
const KEY_DAYS = 365
const LISTED = { sign: 'ES256', seal: 'ECDH-ES+A256KW', assert: 'ES256' } as const
type ListedUse = keyof typeof LISTED

export interface Joiner {
  readonly home: string
  readonly organisation: string
  readonly registry: Pick<Registry, 'network' | 'mandates'>
  readonly now: Instant
}

const mandateKeys = (home: string, mandate: string): string => join(home, 'mandates', mandate, 'keys')

/** Makes what is not there yet; begun again it goes on where it was. */
export async function makeOwnKeys({ home, organisation, registry, now }: Joiner): Promise<void> {
  const folder = organisationFolder(home, organisation)
  await makeMissing(join(folder, 'keys'), ['sign', 'seal'], now)
  for (const { id, keysHeldBy } of ownMandates(registry, organisation))
    await makeMissing(mandateKeys(home, id), keysHeldBy === 'mandate' ? ['seal', 'assert'] : ['assert'], now)
  const witness = join(folder, WITNESS_PATHS.key)
  if (!existsSync(join(folder, WITNESS_PATHS.memory))) await createWitnessState(join(folder, WITNESS_PATHS.memory))
  if (!existsSync(witness)) await createNoteKey(witness, `${registry.network}/org/${organisation}`, 'witness')
}

const ownMandates = ({ mandates }: Joiner['registry'], organisation: string): Joiner['registry']['mandates'] =>
  mandates.filter((mandate) => mandate.organisation === organisation)

/** Messages are dated in whole seconds: a key that began within one would refuse its own first message. */
async function makeMissing(folder: string, uses: readonly KeyUse[], now: Instant): Promise<void> {
  const held = existsSync(folder) ? await readPrivateKeys(folder) : []
  const from = Math.floor(now / 1000) * 1000
  for (const use of uses)
    if (!held.some((key) => key.use === use))
      await createPrivateKeyFile(folder, use, { from, until: from + KEY_DAYS * DAY_MS })
}

/** Under the key of the certificate, the witness and every key that can sign. Throws where one of them is not there. */
export async function askForKeys({ home, organisation, registry, now }: Joiner): Promise<SignedJoinRequest> {
  const folder = organisationFolder(home, organisation)
  const own = await readOwnCertificate(folder)
  if (own === undefined) throw new Error(`${folder}: no certificate yet`)
  const keys = await readPrivateKeys(join(folder, 'keys'))
  const mandates = await Promise.all(
    ownMandates(registry, organisation).map(async ({ id }) => ({
      id,
      held: await readPrivateKeys(mandateKeys(home, id)),
    })),
  )
  const witness = await openNoteKey(join(folder, WITNESS_PATHS.key))
  const payload = printJoinRequest({
    sch: 'passerelle-join/1',
    iat: toNumericDate(now),
    network: registry.network,
    organisation,
    keys: keys.flatMap(listed),
    mandates: mandates.map(({ id, held }) => ({ id, keys: held.flatMap(listed) })),
    witnessKey: printNoteKey(witness.key),
  })
  const bytes = signedBytes(payload)
  const signing = [...keys, ...mandates.flatMap(({ held }) => held)].filter(({ use }) => use !== 'seal')
  return {
    payload,
    certificates: own.certificate,
    signatures: [
      {
        by: BY_CERTIFICATE,
        signature: sign('sha256', bytes, { key: createPrivateKey(own.key), dsaEncoding: 'ieee-p1363' }).toString(
          'base64url',
        ),
      },
      { by: BY_WITNESS, signature: Buffer.from(await witness.sign(bytes)).toString('base64url') },
      ...(await Promise.all(signing.map((key) => signedBy(key, bytes)))),
    ],
  }
}

async function signedBy({ kid, key }: PrivateKey, bytes: Uint8Array): Promise<SignedJoinRequest['signatures'][number]> {
  const made = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Uint8Array.from(bytes))
  return { by: kid, signature: Buffer.from(made).toString('base64url') }
}

const isListedUse = (use: KeyUse): use is ListedUse => use in LISTED

const listed = ({ kid, use, jwk, from, until }: PrivateKey): JoinRequestText['keys'] =>
  isListedUse(use) ? [{ kid, use, alg: LISTED[use], jwk, from: printInstant(from), until: printInstant(until) }] : []
