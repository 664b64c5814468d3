/** V1-V4: what is sealed and opened a second at rest, against bare AES-256-GCM over the same bytes; and a key unwrapped, made, rotated. */
import { createCipheriv, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kekOf } from '#adapters/vault/file-kek.ts'
import { openVault } from '#adapters/vault/open.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { meanLaterMs, meanMs, median, short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'

const ITEM_BYTES = 2000
const CASES = 500

export const vaultSection: Section = {
  name: 'vault',
  measure: async (plan) => {
    const folder = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
    try {
      await using vault = await openVault({ path: join(folder, 'keys.db'), keks: [kekOf(randomBytes(32))] })
      return [...(await sealRows(vault, plan)), ...(await keyRows(join(folder, 'rotated.db'), plan))]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function sealRows(vault: OpenedVault, { rounds, isQuick }: Plan): Promise<readonly Row[]> {
  const content = randomBytes(ITEM_BYTES)
  const key = randomBytes(32)
  const alias = await vault.aliasFor(caseOf(0))
  const place = { table: 'messages', row: 'bench' }
  const sealed = await vault.seal(alias, place, content)
  const budgetMs = isQuick ? 40 : 250
  const bare = (): unknown => {
    const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12))
    return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()])
  }
  const rounded: { readonly bareMs: number; readonly sealMs: number; readonly openMs: number }[] = []
  for (let round = 0; round <= rounds; round += 1)
    rounded.push({
      bareMs: meanMs(bare, budgetMs),
      sealMs: await meanLaterMs(() => vault.seal(alias, place, content), budgetMs),
      openMs: await meanLaterMs(() => vault.open(place, sealed, alias), budgetMs),
    })
  const taken = rounded.slice(1)
  const bareMs = median(taken.map((one) => one.bareMs))
  const row = (id: string, what: string, ms: number): Row => ({
    id,
    what,
    value: ms / bareMs,
    unit: 'x',
    detail: `${short(1000 / ms)} a second, bare AES-256-GCM ${short(1000 / bareMs)} a second, of ${ITEM_BYTES} bytes`,
  })
  return [
    row('V1', 'seal one item at rest, against bare AES-256-GCM', median(taken.map((one) => one.sealMs))),
    row('V2', 'open one item at rest, against bare AES-256-GCM', median(taken.map((one) => one.openMs))),
  ]
}

/** A case is known by its key: made once, unwrapped again after the cache let go of it, wrapped anew when the KEK changes. */
async function keyRows(path: string, { isQuick }: Plan): Promise<readonly Row[]> {
  const cases = isQuick ? 50 : CASES
  const ids = Array.from({ length: cases }, (_, index) => caseOf(index))
  const [first, second] = [randomBytes(32), randomBytes(32)]
  let madeMs = 0
  {
    await using vault = await openVault({ path, keks: [kekOf(Buffer.from(first))] })
    const start = performance.now()
    for (const id of ids) await vault.aliasFor(id)
    madeMs = performance.now() - start
  }
  await using vault = await openVault({ path, keks: [kekOf(second), kekOf(first)] })
  const unwrapMs = await meanLaterMs(async () => {
    for (const id of ids) await vault.aliasOf(id)
  }, 0)
  const start = performance.now()
  await vault.rotate()
  const rotateMs = performance.now() - start
  return [
    {
      id: 'V3',
      what: `${cases} case keys wrapped under a new KEK`,
      value: rotateMs,
      unit: 'ms',
      detail: 'wall, every batch synced, the file written anew',
    },
    {
      id: 'V4',
      what: 'the key of a new case made durable',
      value: madeMs / cases,
      unit: 'ms',
      detail: `wall, one synced commit each; unwrapped again ${short((unwrapMs * 1000) / cases)} µs of CPU`,
    },
  ]
}

function caseOf(index: number): CaseId {
  const id = toCaseId(`BENCH-${index}`)
  if (id === undefined) throw new Error('a case of the bench has a reference')
  return id
}
