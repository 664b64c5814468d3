/** The bench's network on disk, in a temporary folder: certificates and keys made anew for each run, and removed after it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { PrivateKey } from '#adapters/keys/private-key-file.ts'
import { openTrustClient } from '#adapters/trust/trust-client.ts'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { readPinned, TRUST_PATHS } from '#cli/trust-files.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { withListedKeys } from '#gateway/core/trust-list/registry.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import { SENDER, benchAgencies } from './network.ts'

export interface NetworkFolder extends AsyncDisposable {
  readonly path: string
  readonly registry: Registry
  readonly keyRing: KeyRing
  /** The keys of the sending organisation. */
  readonly senderKeys: readonly PrivateKey[]
  /** PEM texts for mTLS as an organisation, or as the broker. */
  readonly identity: (
    organisation?: string,
  ) => Promise<{ readonly certificate: string; readonly key: string; readonly authority: string }>
}

export async function makeNetworkFolder(agencies = benchAgencies()): Promise<NetworkFolder> {
  const path = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
  const unkeyed = registrySchema.parse(await makeExampleNetwork({ folder: path, agencies, now: Date.now() }))
  const registry = await withKeysOfList(path, unkeyed)
  const text = (...parts: readonly string[]): Promise<string> => readFile(join(path, ...parts), 'utf8')
  return {
    path,
    registry,
    keyRing: await openFileKeys(join(path, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys)),
    senderKeys: await readPrivateKeys(join(path, EXAMPLE_PATHS.organisation(SENDER), EXAMPLE_PATHS.keys)),
    identity: async (organisation) => {
      const place = organisation === undefined ? EXAMPLE_PATHS.broker : EXAMPLE_PATHS.organisation(organisation)
      return {
        certificate: await text(place, EXAMPLE_PATHS.certificate),
        key: await text(place, EXAMPLE_PATHS.certificateKey),
        authority: await text(EXAMPLE_PATHS.root),
      }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** The registry as a gateway has it: the keys are those of the signed list. */
async function withKeysOfList(path: string, registry: Registry): Promise<Registry> {
  const client = await openTrustClient({ pinned: await readPinned(path), clock: Date.now })
  const taken = await client.take(await readFile(join(path, TRUST_PATHS.list), 'utf8'))
  if (!taken.ok) throw new Error(taken.problem.code)
  const listed = client.inForce()
  if (!listed.ok) throw new Error(listed.problem.code)
  return withListedKeys(registry, listed.value.list).registry
}
