/** One member at work: its keys from its own folder, its messages sealed to the gateway, its parcels opened and acknowledged. */
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { PrivateKey } from '#adapters/keys/private-key-file.ts'
import { readPostQuantumKeys } from '#adapters/keys/post-quantum-keys.ts'
import type { PostQuantumKey } from '#adapters/keys/post-quantum-keys.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import { logTrustOf } from '#gateway/core/trust-list/log-trust.ts'
import type { RevocationMode } from '#adapters/pki/chain-revocation.ts'
import { makeAssertion } from './assertion.ts'
import { jsonOf } from './client.ts'
import type { Answer, Call, Client } from './client.ts'
import { openHeldLists } from './held-lists.ts'
import type { HeldLists } from './held-lists.ts'
import { openMemberCopies } from './member-copies.ts'
import type { MemberCopies } from './member-copies.ts'
import { gatewayKeysOf, hybridSealingOf, openMemberTrust, secondKeysOf } from './member-trust.ts'
import type { MemberTrust } from './member-trust.ts'
import { openParcel, recipientOf } from './open-parcel.ts'
import type { HybridHeld } from './open-parcel.ts'
import { isDeliveryId, proveDelivery, receiptIn } from './prove-delivery.ts'
import type { ReceivedDelivery } from './prove-delivery.ts'
import { letGo, notBelieved, sendPayload } from './member-sends.ts'
import type { Accepted, Seat } from './member-sends.ts'
import { Refused } from './refused.ts'
import type { Letting } from './release-held.ts'
import type { HoldOf } from './sign-copies.ts'
import { organisationFolder, readOwnCertificate } from './own-certificate.ts'
import { openRenewingClient } from './renewing-client.ts'
import { openOwnWitness } from './own-witness.ts'
import type { OwnWitness } from './own-witness.ts'
import type { Witnessed } from './witness.ts'

export interface MemberOptions {
  /** Folder with trust/root.pem, trust/officers.json, organisations/<id>/ and mandates/<id>/keys/. */
  readonly home: string
  readonly organisation: string
  readonly mandate?: string | undefined
  readonly url: string
  /** URI of the gateway, the audience of what is signed. */
  readonly audience: string
  readonly clock: Clock
  /** Whether a gateway is refused only where it is known to be revoked (so it is where this is absent), or also where no list in time speaks of it. */
  readonly revocation?: RevocationMode
  /** Told of a trust list that grows old or was refused, of old revocation lists, and of a certificate that could not be renewed. */
  readonly warn?: (line: string) => void
}

const deliverySchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  messageId: z.string(),
  caseId: z.string(),
  sender: z.string(),
  mandate: z.string(),
  state: z.string(),
  keysHeldBy: z.string(),
})
const pageSchema = z.looseObject({ items: z.array(deliverySchema), next: z.string().optional() })

export type ListedDelivery = z.output<typeof deliverySchema>
export interface Member extends Disposable {
  /** Signs, seals and posts a message; the payload's iss, aud, iat and jti must be filled in. Throws Refused. */
  readonly send: (payload: unknown, holdOf?: HoldOf) => Promise<Accepted>
  /** Lets go of what it held back of a message, by the gateway's id of it. Throws Refused, and NothingHeld. */
  readonly release: (id: string, items: Letting['items']) => Promise<Accepted>
  readonly list: () => Promise<readonly ListedDelivery[]>
  /** Collects and opens one parcel. Throws Refused, or Error where it does not open, is not the gateway's, or is not in its log. */
  readonly open: (id: string) => Promise<Projection>
  /** The same, with what shows to others that the gateway delivered it. */
  readonly fetch: (id: string) => Promise<ReceivedDelivery>
  /** One round of this member's witness; undefined where it has none, or another process is at work as it. */
  readonly witness: () => Promise<Witnessed | undefined>
  readonly acknowledge: (id: string) => Promise<void>
  /** The trust list in force. Throws NotTrusted. */
  readonly trust: MemberTrust
  /** Any other call, as this organisation and mandate. Throws Refused for a problem. */
  readonly call: (call: Omit<Call, 'mandate'>) => Promise<Answer>
}

export { Refused } from './refused.ts'
export type { Accepted } from './member-sends.ts'

export async function openMember(options: MemberOptions): Promise<Member> {
  const { home, organisation, mandate, url } = options
  const file = (...path: readonly string[]): Promise<string> => readFile(join(home, ...path), 'utf8')
  const authority = await file('trust', 'root.pem')
  const { clock, revocation: mode = 'known', warn = () => {} } = options
  const lists = await openHeldLists({
    home,
    folder: join(home, 'organisations', organisation),
    authority,
    mode,
    clock,
    warn,
  })
  const own = (await readOwnCertificate(organisationFolder(home, organisation))) ?? {
    certificate: await file('organisations', organisation, 'tls.pem'),
    key: await file('organisations', organisation, 'tls.key.pem'),
  }
  const { revoked } = lists
  const client = openRenewingClient({ home, organisation, url, authority, own, clock, warn, revoked })
  const keys = [
    ...(await keysIn(join(home, 'organisations', organisation, 'keys'))),
    ...(mandate === undefined ? [] : await keysIn(join(home, 'mandates', mandate, 'keys'))),
  ]
  const hybridKeys = [
    ...(await readPostQuantumKeys(join(home, 'organisations', organisation, 'keys'))),
    ...(mandate === undefined ? [] : await readPostQuantumKeys(join(home, 'mandates', mandate, 'keys'))),
  ]
  const trust = await openMemberTrust({
    home,
    folder: join(home, 'organisations', organisation, 'trust-lists'),
    client,
    clock: options.clock,
    warn: options.warn ?? (() => {}),
  })
  const witness = await openOwnWitness({
    folder: join(home, 'organisations', organisation),
    client,
    clock: options.clock,
  })
  const copies = await openMemberCopies(home, organisation)
  return memberWith(options, { client, keys, hybridKeys, lists, trust, witness, copies })
}

const keysIn = async (folder: string): Promise<readonly PrivateKey[]> =>
  existsSync(folder) ? readPrivateKeys(folder) : []

interface Equipment {
  readonly client: Client
  readonly keys: readonly PrivateKey[]
  readonly hybridKeys: readonly PostQuantumKey[]
  readonly lists: HeldLists
  readonly trust: MemberTrust
  readonly witness: OwnWitness
  readonly copies: MemberCopies
}

/** So often at most a member that polls witnesses. */
const WITNESS_EVERY_MS = 1_000

function memberWith(options: MemberOptions, equipment: Equipment): Member {
  const { client, keys, hybridKeys, lists, trust, witness, copies } = equipment
  const { mandate, audience, clock, warn = () => {} } = options
  const asserting = mandate === undefined ? undefined : keys.find((key) => key.use === 'assert')
  const proof =
    mandate === undefined || asserting === undefined
      ? undefined
      : { id: mandate, assertion: () => makeAssertion({ mandateId: mandate, audience, at: clock() }, asserting) }
  const call = async (asked: Omit<Call, 'mandate'>): Promise<Answer> => {
    const answer = await client.call({ ...asked, mandate: isOfMandate(asked.path) ? proof : undefined })
    if (answer.status >= 300) throw new Refused(answer)
    return answer
  }
  const at = async (): Promise<At> => {
    const [list] = await Promise.all([trust(), lists.refresh(client)])
    const now = clock()
    const isOurs = (key: PrivateKey): boolean => isListed(list, key)
    return {
      call,
      keys: keys.filter(isOurs),
      hybridKeys,
      mandate,
      second: secondKeysOf(list, now),
      hybrid: hybridSealingOf(list, now),
      list,
      gatewayKeys: gatewayKeysOf(list, now),
      log: logTrustOf(list, now),
      copies,
    }
  }
  const round = async (): Promise<Witnessed | undefined> => {
    const { log } = await at()
    const witnessed = log === undefined ? undefined : await witness(log.log)
    if (witnessed?.kind === 'refused')
      warn(`this member's witness refused the log of the gateway (${witnessed.problem}); tell the officers`)
    return witnessed
  }
  let witnessedAt: number | undefined
  /** Whoever polls also witnesses; what keeps it from that does not keep it from its mailbox. */
  const roundWhilePolling = async (): Promise<void> => {
    const now = clock()
    if (witnessedAt !== undefined && Math.abs(now - witnessedAt) < WITNESS_EVERY_MS) return
    witnessedAt = now
    await round().catch(() => {})
  }
  return {
    call,
    send: async (payload, holdOf) => sendPayload(await at(), options, payload, holdOf),
    release: async (id, items) => letGo(await at(), options, { id, items }),
    list: () => {
      void roundWhilePolling()
      return listAll(call)
    },
    open: async (id) => (await fetchOne(await at(), id)).projection,
    fetch: async (id) => fetchOne(await at(), id),
    witness: round,
    trust,
    acknowledge: async (id) => void (await call({ method: 'POST', path: `/v1/deliveries/${id}/acknowledgement` })),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

const isOfMandate = (path: string): boolean => path.startsWith('/v1/deliveries') || path.startsWith('/v1/choices')

interface At extends Seat {
  readonly hybridKeys: readonly PostQuantumKey[]
  readonly mandate: string | undefined
  /** Absent where the trust list names no log. */
  readonly log: LogTrust | undefined
}

async function listAll(call: At['call']): Promise<readonly ListedDelivery[]> {
  const all: ListedDelivery[] = []
  let next: string | undefined
  do {
    const page = pageSchema.parse(
      jsonOf(
        await call({
          method: 'GET',
          path: `/v1/deliveries?limit=100${next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`}`,
        }),
      ),
    )
    all.push(...page.items)
    next = page.next
  } while (next !== undefined)
  return all
}

const PARCEL = 'the parcel was not believed:'

async function fetchOne(at: At, id: string): Promise<ReceivedDelivery> {
  const { call, list, gatewayKeys, second, log, copies } = at
  // The gateway lists them: what is no id is not asked for, nor anything named for it.
  if (!isDeliveryId(id)) throw notBelieved(PARCEL, { code: 'evidence-mismatch' })
  const { text, headers } = await call({ method: 'GET', path: `/v1/deliveries/${id}` })
  const key = keyFor(at, text)
  if (key === undefined) throw new Error('the parcel is sealed to a key that is not in this folder')
  const opened = await openParcel(text, key, copies.believing(list, gatewayKeys, second))
  const proven = opened.ok ? proveDelivery(opened.value, { id, log, receipt: receiptIn(headers) }) : opened
  const heard = opened.ok && proven.ok ? await copies.hear({ ...opened.value, ...proven.value }) : proven
  const seen = opened.ok && proven.ok && heard.ok ? await copies.see(opened.value, proven.value.receipt) : heard
  if (!proven.ok) throw notBelieved(PARCEL, proven.problem)
  if (!seen.ok) throw notBelieved(PARCEL, seen.problem)
  return seen.value === 'earlier' ? { ...proven.value, earlier: true } : proven.value
}

/** The key of this folder that the parcel is sealed to. */
function keyFor({ keys, hybridKeys, mandate = '' }: At, parcel: string): CryptoKey | HybridHeld | undefined {
  const kid = recipientOf(parcel)
  if (!kid.ok) return undefined
  const hybrid = hybridKeys.find((held) => held.use === 'seal' && held.kid === kid.value)
  if (hybrid !== undefined) return { kid: hybrid.kid, privateKey: hybrid.key, audience: mandate }
  return keys.find((held) => held.use === 'seal' && held.kid === kid.value)?.key
}

/** A new key works from when the officers have listed it; an old one opens what was sealed to it as long as it is there. */
const isListed = ({ organisations, mandates }: TrustList, { kid, use }: PrivateKey): boolean =>
  use === 'seal' || [...organisations, ...mandates].some(({ keys }) => keys.some((key) => key.kid === kid))
