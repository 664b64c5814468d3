/** KeyRing over a folder of private key files: one key, one use. */
import { CompactSign } from 'jose'
import { isInForce } from '#gateway/core/participants.ts'
import type { GatewayKey, KeyRing } from '#gateway/ports/key-ring.ts'
import { createPrivateKeyFile, readPrivateKeys } from './private-key-file.ts'
import type { KeyPeriod, PrivateKey } from './private-key-file.ts'
import { readPostQuantumKeys, signPostQuantum } from './post-quantum-keys.ts'

/** What a gateway needs a key for. */
export const GATEWAY_KEY_USES = ['sign', 'seal', 'present'] as const

/** Makes one key to sign, one to seal and one to present with; answers their public halves. */
export async function createFileKeys(folder: string, period: KeyPeriod): Promise<readonly GatewayKey[]> {
  const made: GatewayKey[] = []
  for (const use of GATEWAY_KEY_USES) made.push(...publicHalf(await createPrivateKeyFile(folder, use, period)))
  return made
}

export interface FileKeysOptions {
  /** Signs a second time with the folder's ML-DSA-65 key. */
  readonly signsTwice?: boolean
}

/** Reads the folder once. Throws, naming the file, for a loose mode or a key that is not what it says, and where a use has no key. */
export async function openFileKeys(folder: string, { signsTwice = false }: FileKeysOptions = {}): Promise<KeyRing> {
  const keys = await readPrivateKeys(folder)
  for (const use of GATEWAY_KEY_USES)
    if (!keys.some((key) => key.use === use)) throw new Error(`${folder}: no key of use ${use}`)
  const publicKeys = keys.flatMap(publicHalf)
  const second = signsTwice ? await secondOf(folder) : {}
  const hybrid = await hybridOf(folder)
  return {
    ...second,
    ...hybrid,
    publicKeys: () => publicKeys,
    openingKey: async (kid) => keys.find((key) => key.use === 'seal' && key.kid === kid)?.key,
    async sign(typ, payload, at) {
      const key = keys.find((entry) => entry.use === 'sign' && isInForce(entry, at))
      if (key === undefined) throw new Error('the gateway has no signing key in force')
      return signWith(key, typ, payload)
    },
    async present(kid, typ, payload, at) {
      const key = keys.find((entry) => entry.use === 'present' && entry.kid === kid && isInForce(entry, at))
      return key === undefined ? undefined : signWith(key, typ, payload)
    },
  }
}

/** What members seal to once the officers have listed it; a folder without one opens none. */
async function hybridOf(folder: string): Promise<Pick<KeyRing, 'openingHybridKey' | 'hybridKids'>> {
  const keys = (await readPostQuantumKeys(folder)).filter(({ use }) => use === 'seal')
  if (keys.length === 0) return {}
  return {
    openingHybridKey: async (kid) => keys.find((key) => key.kid === kid)?.key,
    hybridKids: () => keys.map(({ kid }) => kid),
  }
}

/** Throws where the folder has no ML-DSA-65 key: a switch that is on must not mean nothing. */
async function secondOf(folder: string): Promise<Required<Pick<KeyRing, 'signSecond' | 'secondKids'>>> {
  const keys = (await readPostQuantumKeys(folder)).filter(({ use }) => use === 'sign')
  if (keys.length === 0) throw new Error(`${folder}: no ML-DSA-65 key to sign a second time with`)
  return {
    secondKids: () => keys.map(({ kid }) => kid),
    async signSecond(typ, payload, at) {
      const key = keys.find((entry) => isInForce(entry, at))
      if (key === undefined) throw new Error('the gateway has no ML-DSA-65 key in force')
      return signPostQuantum(key, typ, payload)
    },
  }
}

const signWith = ({ kid, key }: PrivateKey, typ: string, payload: Uint8Array): Promise<string> =>
  new CompactSign(payload).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(key)

/** A key to assert with is a mandate's, one to sign lists with an officer's, never the gateway's. */
const publicHalf = ({ kid, use, jwk }: PrivateKey): readonly GatewayKey[] =>
  use === 'sign' || use === 'seal' || use === 'present' ? [{ kid, use, jwk }] : []
