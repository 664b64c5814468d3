/** What a member's people say that they deleted, by a file in `deleted/`, attested to the member that recalled it. */
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { attest, NotAsked } from '#adapters/agency-kit/attest.ts'
import { readHeldRegistry } from '#adapters/agency-kit/held-registry.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { Identity, memberOf } from './member-options.ts'
import { progress } from './output.ts'

/** A file of `deleted/` is named for the recall that it answers; one that says `locked` inside answers so. It goes to `deleted/done/`. */
export async function attestDropped(
  home: string,
  seats: () => Promise<readonly string[]>,
  openSeat: (as: string) => ReturnType<typeof memberOf>,
): Promise<void> {
  const folder = join(home, 'deleted')
  const ids = (await readdir(folder)).filter((name) => UUID_PATTERN.test(name))
  if (ids.length === 0) return
  const { edges } = await readHeldRegistry(home)
  for (const as of await seats()) {
    const { member, identity } = await openSeat(as)
    using attesting = member
    for (const id of ids) await attestOne(join(folder, id), id, { member: attesting, identity, edges })
  }
}

interface Answering {
  readonly member: Parameters<typeof attest>[0]['member']
  readonly identity: Identity
  readonly edges: Registry['edges']
}

async function attestOne(path: string, id: string, { member, identity, edges }: Answering): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const sender = (await member.list()).find(({ messageId }) => messageId === id)?.sender
  if (text === undefined || sender === undefined) return
  const attester = { member, uri: identity.uri, audience: identity.audience, clock: Date.now }
  const action = text.trim() === 'locked' ? 'locked' : 'deleted'
  const back = edges.find(
    ({ from, to, kinds }) => from === identity.organisation && to === sender && kinds.includes('RecallAck'),
  )
  const grounds = { purpose: back?.purposes[0] ?? 'sentence-execution', legalBasisId: back?.basis ?? 'eu.led.8' }
  try {
    await attest(attester, id, action, grounds)
    await rename(path, join(path, '..', 'done', id))
    progress(`${id}: attested as ${action}`)
  } catch (error) {
    // Another seat of this member was asked, or nobody was.
    if (!(error instanceof NotAsked)) throw error
  }
}
