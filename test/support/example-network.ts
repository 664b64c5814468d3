/** The example network of certs-example, with keys made in memory: what the registry knows, and what only its members hold. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry, RegistryText } from '#gateway/core/participants.ts'
import { readAgencies, toRegistry } from '#adapters/pki/example-agencies.ts'
import { aKey, TEST_BROKER_URI, TEST_NETWORK } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'

const DAY_MS = 86_400_000
const AGENCIES = resolve(import.meta.dirname, '../../certs-example/agencies.json')

type Use = 'sign' | 'seal' | 'assert'

type Holder = readonly [id: string, uses: readonly Use[]]

export interface TestNetwork {
  readonly registry: Registry
  /** The key of an organisation or a mandate; throws where it has none of that use. */
  readonly keyOf: (holder: string, use: Use) => TestKey
  /** The private key of that thumbprint, whoever holds it. */
  readonly byKid: (kid: string) => TestKey | undefined
}

/** Organisations sign and seal; mandates assert, and those that hold their own mailbox key seal too. In force for a year. */
export async function aTestNetwork(at: Instant): Promise<TestNetwork> {
  const read = readAgencies(JSON.parse(readFileSync(AGENCIES, 'utf8')))
  const agencies = { ...read, network: TEST_NETWORK, broker: { ...read.broker, uri: TEST_BROKER_URI } }
  const holders: readonly Holder[] = [
    ...agencies.participants.map(({ id }): Holder => [id, ['sign', 'seal']]),
    ...agencies.mandates.map(({ id, keysHeldBy }): Holder => [
      id,
      keysHeldBy === 'mandate' ? ['seal', 'assert'] : ['assert'],
    ]),
  ]
  const keys = new Map<string, readonly { readonly use: Use; readonly key: TestKey }[]>()
  for (const [holder, uses] of holders)
    keys.set(holder, await Promise.all(uses.map(async (use) => ({ use, key: await aKey(use) }))))
  const entriesOf = (holder: string): RegistryText['participants'][number]['keys'] =>
    (keys.get(holder) ?? []).map(({ use, key: { kid, jwk } }) => ({
      kid,
      use,
      jwk,
      from: printInstant(at - DAY_MS),
      until: printInstant(at + 365 * DAY_MS),
    }))
  return {
    registry: registrySchema.parse(toRegistry(agencies, entriesOf)),
    keyOf: (holder, use) => {
      const entry = keys.get(holder)?.find((held) => held.use === use)
      if (entry === undefined) throw new Error(`${holder} holds no key to ${use} with`)
      return entry.key
    },
    byKid: (kid) => [...keys.values()].flat().find(({ key }) => key.kid === kid)?.key,
  }
}
