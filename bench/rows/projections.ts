/**
 * S2: what one recipient's projection of a case of 220 items costs the gateway beyond its door and its store: judged, redacted, its disclosures
 * chosen from its class's copy, put in order and bound to it with a signature.
 */
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { choose } from '#gateway/core/case-copy/present.ts'
import { KEY_BINDING_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { newMemory } from '#gateway/core/message-memory.ts'
import { keyBindingOf } from '#gateway/core/sd-jwt/key-binding.ts'
import { readyIssued } from '#gateway/core/case-copy/ready-copy.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { showText } from '#gateway/rooms/shown-texts.ts'
import { median, short } from '#bench/measure.ts'
import type { Row, Section } from '#bench/measure.ts'
import { benchWorld } from '#bench/workload/network.ts'
import { packRules } from '#bench/workload/rules.ts'
import { inForce, shapeFor } from './policy.ts'
import { aKey, benchCopy, benchMessage } from './sd-jwt.ts'

const ITEMS = 220
const TURNS = 20

export const projectionsSection: Section = {
  name: 'projections',
  measure: async ({ rounds, isQuick }) => {
    const world = benchWorld(ITEMS)
    const policy = await inForce(packRules())
    const key = await aKey()
    const message = benchMessage(ITEMS)
    const bytes = JSON.stringify(message)
    const typ = KEY_BINDING_SIGNATURE.exact.typ
    const copies = world.routes.map(() => readyIssued(message, benchCopy(message, key.jwk)))
    const project = async (): Promise<void> => {
      const read = JSON.parse(bytes) as typeof message
      const memory = newMemory()
      for (const [index, route] of world.routes.entries()) {
        const { projection, disclosed } = shapeFor(world, policy, { message: read, memory }, route)
        const ready = copies[index]
        if (ready === undefined) throw new Error('a recipient of the bench has no copy')
        const ids = disclosed.map(({ itemId }) => itemId)
        const { chosen, annotations } = choose(ready, projection, ids)
        const begun = showText(ready, 'header.payload.signature', chosen)
        const named = { aud: projection.aud, nonce: projection.jti, text: begun.text }
        const claims = { ...keyBindingOf(named, 0, begun.digestOnward('', 'base64url')), annotations }
        await signCompact(Buffer.from(canonicalise(claims)), typ, key)
      }
    }
    const each: number[] = []
    for (let round = 0; round <= rounds; round += 1)
      each.push((await cpuOf(project, isQuick ? 2 : TURNS)) / copies.length)
    const warm = each.slice(1)
    const row: Row = {
      id: 'S2',
      what: `CPU of one of ${copies.length} projections of ${ITEMS} items, shown from its copy and bound to its recipient`,
      value: median(warm),
      unit: 'ms',
      detail: `all threads; the French pack, everything shown that it permits; dearest round ${short(Math.max(...warm))} ms`,
    }
    return [row]
  },
}

/** Mean milliseconds of CPU, of all threads of this process. */
async function cpuOf(work: () => Promise<void>, turns: number): Promise<number> {
  const start = process.cpuUsage()
  for (let turn = 0; turn < turns; turn += 1) await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000 / turns
}
