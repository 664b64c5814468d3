/** KeyRing over a folder of private key files: one key, one use. */
import { CompactSign } from 'jose'
import { isInForce } from '#gateway/core/participants.ts'
import type { GatewayKey, KeyRing } from '#gateway/ports/key-ring.ts'
import { createPrivateKeyFile, readPrivateKeys } from './private-key-file.ts'
import type { KeyPeriod, PrivateKey } from './private-key-file.ts'

/** Makes one key to sign and one to seal with; answers their public halves. */
export async function createFileKeys(folder: string, period: KeyPeriod): Promise<readonly GatewayKey[]> {
  const made = [await createPrivateKeyFile(folder, 'sign', period), await createPrivateKeyFile(folder, 'seal', period)]
  return made.flatMap(publicHalf)
}

/** Reads the folder once. Throws, naming the file, for a loose mode or a key that is not what it says, and where a use has no key. */
export async function openFileKeys(folder: string): Promise<KeyRing> {
  const keys = await readPrivateKeys(folder)
  for (const use of ['sign', 'seal'] as const)
    if (!keys.some((key) => key.use === use)) throw new Error(`${folder}: no key of use ${use}`)
  const publicKeys = keys.flatMap(publicHalf)
  return {
    publicKeys: () => publicKeys,
    openingKey: async (kid) => keys.find((key) => key.use === 'seal' && key.kid === kid)?.key,
    async sign(typ, payload, at) {
      const key = keys.find((entry) => entry.use === 'sign' && isInForce(entry, at))
      if (key === undefined) throw new Error('the gateway has no signing key in force')
      return new CompactSign(payload).setProtectedHeader({ alg: 'ES256', typ, kid: key.kid }).sign(key.key)
    },
  }
}

/** A key to assert with is a mandate's, one to sign lists with an officer's, never the gateway's. */
const publicHalf = ({ kid, use, jwk }: PrivateKey): readonly GatewayKey[] =>
  use === 'sign' || use === 'seal' ? [{ kid, use, jwk }] : []
