/** A new member comes in, step by step; whatever was done before is not done again, so that it may be stopped at any moment. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Clock } from '#gateway/core/time.ts'
import { jsonOf, openClient } from './client.ts'
import type { Client } from './client.ts'
import { collectCertificate, enrol } from './enrol.ts'
import type { EnrolmentDoor } from './enrol.ts'
import { readHeldRegistry } from './held-registry.ts'
import { rootOf } from './joining-code.ts'
import type { JoiningCode } from './joining-code.ts'
import { readJoining, writeJoining } from './joining-state.ts'
import type { JoiningState } from './joining-state.ts'
import { writeJsonFile } from './json-file.ts'
import { askForKeys, makeOwnKeys } from './own-keys.ts'
import { organisationFolder, readOwnCertificate, replaceOwnCertificate } from './own-certificate.ts'
import { Refused } from './refused.ts'

export interface JoinOptions {
  readonly home: string
  /** Absent: goes on with what the folder remembers. */
  readonly code: JoiningCode | undefined
  readonly clock: Clock
  /** Told what is to be read to the officer, and what was done. */
  readonly tell: (line: string) => void
  /** How long to wait for the officer, milliseconds. */
  readonly waitMs: number
}

export type Joined =
  /** The officer has not confirmed the fingerprint yet. */
  | { readonly kind: 'waits-for-officer'; readonly fingerprint: string }
  /** Its keys are asked for; the officers have to sign them into the list. */
  | { readonly kind: 'waits-for-list'; readonly asked: 'kept' | 'by-hand'; readonly file: string }

/** What stands in the way, as one line. */
export class CannotJoin extends Error {}

const POLL_MS = 1000
/** Below the home. */
export const KEY_REQUEST_FILE = 'key-request.json'

/** Throws CannotJoin, Refused, and the fault of a gateway that does not answer. */
export async function joinNetwork(options: JoinOptions): Promise<Joined> {
  const { home, clock, tell } = options
  const begun = await begin(options)
  const confirmed = await certify(options, begun)
  if (confirmed === undefined) return { kind: 'waits-for-officer', fingerprint: begun.pending?.fingerprint ?? '' }
  using client = await clientOf(home, confirmed)
  await takeNetwork(home, confirmed, client)
  const registry = await readHeldRegistry(home)
  const { organisation } = confirmed
  if (!registry.participants.some(({ id }) => id === organisation))
    throw new CannotJoin(`${organisation}: not in the network that the gateway tells; ask the officer`)
  await makeOwnKeys({ home, organisation, registry, now: clock() })
  const request = await askForKeys({ home, organisation, registry, now: clock() })
  const file = join(home, KEY_REQUEST_FILE)
  await writeJsonFile(file, request)
  const answer = await client.call({ method: 'POST', path: '/v1/key-requests', body: JSON.stringify(request) })
  if (answer.status >= 300 && answer.status !== 503) throw new Refused(answer)
  const asked = answer.status < 300 ? 'kept' : 'by-hand'
  await writeJoining(home, { ...confirmed, asked })
  tell(`keys of ${organisation} made in ${home}`)
  return { kind: 'waits-for-list', asked, file }
}

/** The folder, whom to believe, and a key handed in with the code. */
async function begin({ home, code, tell }: JoinOptions): Promise<JoiningState> {
  const held = await readJoining(home)
  if (code === undefined) {
    if (held === undefined) throw new CannotJoin(`${home}: nothing was begun here; give the code that the officer sent`)
    return held
  }
  if (held !== undefined && held.organisation !== code.organisation)
    throw new CannotJoin(`${home}: is the folder of ${held.organisation}; name another for ${code.organisation}`)
  const door = await trustIn(home, code)
  const { organisation, url, enrolmentUrl, network } = code
  const hasCertificate = (await readOwnCertificate(organisationFolder(home, organisation))) !== undefined
  // A new code for whoever is in already says no more than which network the officer vouches for now.
  if (hasCertificate || held?.pending !== undefined) {
    const next = { ...held, organisation, url, enrolmentUrl, network }
    await writeJoining(home, next)
    return next
  }
  const pending = await enrol(door, { organisation, code: code.code })
  const state = { organisation, url, enrolmentUrl, network, pending }
  await writeJoining(home, state)
  tell(`${organisation}: the code was taken`)
  return state
}

/** A folder that knows another root is of another network, and stays as it is. */
async function trustIn(home: string, code: JoiningCode): Promise<EnrolmentDoor> {
  const authority = rootOf(code) ?? ''
  await mkdir(join(home, 'trust'), { recursive: true, mode: 0o700 })
  await chmod(home, 0o700)
  const path = join(home, 'trust/root.pem')
  const held = existsSync(path) ? await readFile(path, 'utf8') : undefined
  if (held !== undefined && held.trim() !== authority.trim())
    throw new CannotJoin(`${home}: believes another root than the code names; use a new folder`)
  await writeFile(path, authority, { mode: 0o600 })
  const officers = join(home, 'trust/officers.json')
  if (!existsSync(officers)) await writeJsonFile(officers, code.officers)
  return { url: code.enrolmentUrl, authority }
}

/** With its certificate in place; undefined while the officer has not confirmed. */
async function certify(
  { home, clock, tell, waitMs }: JoinOptions,
  state: JoiningState,
): Promise<JoiningState | undefined> {
  const folder = organisationFolder(home, state.organisation)
  const { pending, ...rest } = state
  if (pending === undefined) {
    if ((await readOwnCertificate(folder)) !== undefined) return rest
    throw new CannotJoin(`${home}: no certificate, and none asked for; ask the officer for a code`)
  }
  const door = { url: state.enrolmentUrl, authority: await readFile(join(home, 'trust/root.pem'), 'utf8') }
  tell(`read this to the officer, by telephone: ${pending.fingerprint}`)
  const end = clock() + waitMs
  for (;;) {
    const certificate = await collectCertificate(door, pending)
    if (certificate !== undefined) {
      await replaceOwnCertificate(folder, { certificate, key: pending.key })
      await writeJoining(home, rest)
      tell(`certificate of ${state.organisation} in place`)
      return rest
    }
    if (clock() + POLL_MS > end) return undefined
    await sleep(POLL_MS)
  }
}

async function clientOf(home: string, { organisation, url }: JoiningState): Promise<Client> {
  const own = await readOwnCertificate(organisationFolder(home, organisation))
  if (own === undefined) throw new CannotJoin(`${home}: no certificate`)
  return openClient({ url, authority: await readFile(join(home, 'trust/root.pem'), 'utf8'), ...own })
}

/** The network is believed because an officer vouched for it, and not because a gateway tells it. */
async function takeNetwork(home: string, { network }: JoiningState, client: Client): Promise<void> {
  const path = join(home, 'network.json')
  const held = existsSync(path) ? await readFile(path, 'utf8') : ''
  if (sha256Hex(held) === network) return
  const answer = await client.call({ method: 'GET', path: '/v1/network' })
  if (answer.status >= 300) throw new Refused(answer)
  if (sha256Hex(answer.text) !== network || jsonOf(answer) === undefined)
    throw new CannotJoin(
      'the gateway tells another network than the officer vouched for: ask the officer for a new code, and join with it here',
    )
  await writeFile(`${path}.part`, answer.text, { mode: 0o600, flush: true })
  await rename(`${path}.part`, path)
}
