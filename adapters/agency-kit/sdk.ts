/**
 * The SDK: a typed client with one method for each operation of the agency door, for systems that speak to a gateway in code. It tries
 * again where that is safe, follows cursors, and hands out what seals, verifies and guards. Emitted as JavaScript by `npm run build:sdk`.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '#policies/language/instant.ts'
import type { ChoiceText } from '#gateway/core/choice.ts'
import type { RegistryText } from '#gateway/core/participants.ts'
import type { SignedJoinRequest } from '#gateway/core/trust-list/join-request.ts'
import { makeAssertion } from './assertion.ts'
import { openClient } from './client.ts'
import type { Answer, Call, Client, ClientIdentity } from './client.ts'
import { Refused } from './refused.ts'
import type { SigningKey } from './sign-message.ts'

export { openMember } from './member.ts'
export type { Member, ListedDelivery, Accepted } from './member.ts'
export type { Projection } from '#gateway/core/projection.ts'
export type { ReceivedDelivery } from './prove-delivery.ts'
export { Refused } from './refused.ts'
export { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
/** seal: a message that goes without copies. Those with items are sealed by `openMember().send`, which keeps what it has to remember. */
export { sealMessage } from './sign-message.ts'
/** verify: opens a parcel and proves that it stands in the log. `openMember().fetch` does both, under the trust list that it verified. */
export { openParcel } from './open-parcel.ts'
export { proveDelivery } from './prove-delivery.ts'
/** The guard of webhooks: signature, time, and each id once. */
export { readWebhook, WEBHOOK_WINDOW_MS } from './verify-webhook.ts'
export type { ReadWebhook, ReceivedWebhook, SeenWebhooks, WebhookTrust } from './verify-webhook.ts'

/** Proves a mandate where an operation takes one. */
export interface MandateSeat {
  readonly id: string
  /** Its key of use `assert`. */
  readonly key: SigningKey
  /** URI of the gateway. */
  readonly audience: string
}

export interface SdkOptions extends ClientIdentity {
  readonly mandate?: MandateSeat
  /** How often at most a call is tried that got no answer, or one that says to try again; 5 where absent. */
  readonly tries?: number
  /** Milliseconds before the second try, doubled each time; 250 where absent. */
  readonly firstGapMs?: number
}

export interface SubmissionAccepted {
  readonly id: string
  readonly receipt: string
  readonly status: string
}

export interface Submission {
  readonly id: string
  readonly kind: string
  readonly caseId: string
  readonly jti: string
  readonly acceptedAt: string
  readonly receipt: string
  readonly edges: readonly {
    readonly organisation: string
    readonly state: 'waiting' | 'delivered' | 'acknowledged' | 'stopped' | 'stuck'
    readonly reason?: string
    readonly at: string
  }[]
}

export interface MailboxItem {
  readonly id: string
  readonly kind: string
  readonly messageId: string
  readonly caseId: string
  readonly sender: string
  readonly mandate: string
  readonly state: 'in-mailbox' | 'collected' | 'acknowledged'
  readonly createdAt: string
  readonly keysHeldBy: 'mandate' | 'organisation' | 'gateway'
}

export interface MailboxPage {
  readonly items: readonly MailboxItem[]
  readonly next?: string
}

export interface ChoiceView {
  readonly choice: ChoiceText
  readonly revision: number
  readonly owner: 'organisation' | 'mandate'
}

/** A parcel as it came, and the receipt of the log beside it. */
export interface CollectedParcel {
  readonly parcel: string
  readonly logReceipt: string | undefined
}

/** What is sent again under the same key is the same request. */
export interface Repeatable {
  /** UUID; absent: a new one for this call and all of its tries. */
  readonly idempotencyKey?: string
}

export interface Sdk extends Disposable {
  /** The JWE as it is posted. */
  readonly submit: (jwe: string, how?: Repeatable) => Promise<SubmissionAccepted>
  readonly readSubmission: (id: string) => Promise<Submission>
  readonly readClosure: (id: string) => Promise<unknown>
  readonly release: (id: string, jwe: string, how?: Repeatable) => Promise<SubmissionAccepted>
  readonly readLastCopies: (
    caseId: string,
  ) => Promise<{ readonly digest: string; readonly versions: Readonly<Record<string, number>> }>
  readonly listDeliveries: (page?: { readonly cursor?: string; readonly limit?: number }) => Promise<MailboxPage>
  /** Every page, one delivery after another. */
  readonly deliveries: (limit?: number) => AsyncGenerator<MailboxItem, void, undefined>
  readonly collectDelivery: (id: string) => Promise<CollectedParcel>
  readonly acknowledgeDelivery: (id: string, how?: Repeatable) => Promise<{ readonly acknowledgedAt: string }>
  readonly pullUp: (
    id: string,
    asked: { readonly depth: string; readonly sections?: Readonly<Record<string, string>>; readonly reason: string },
    how?: Repeatable,
  ) => Promise<{ readonly delivery: string; readonly mailbox: string }>
  readonly readDefaultChoice: () => Promise<ChoiceView>
  /** `revision` as it was read; 0 where nothing was chosen yet. */
  readonly changeDefaultChoice: (choice: ChoiceText, revision: number) => Promise<ChoiceView>
  readonly readChoice: (caseId: string) => Promise<ChoiceView>
  readonly changeChoice: (caseId: string, choice: ChoiceText, revision: number) => Promise<ChoiceView>
  /** PKCS#10 in base64; answers certs-only PKCS#7 in base64. */
  readonly renewCertificate: (request: string) => Promise<string>
  readonly readAuthorities: () => Promise<string>
  readonly readWitnessRequest: (from: number) => Promise<string>
  /** `size`: of how many entries the checkpoint is; then a late one is no fault. */
  readonly postCosignature: (line: string, size?: number) => Promise<string>
  readonly readCheckpoint: () => Promise<string>
  readonly readNetwork: () => Promise<{ readonly network: RegistryText; readonly text: string }>
  readonly requestKeys: (request: SignedJoinRequest) => Promise<{ readonly status: 'kept' }>
  readonly readKeys: () => Promise<{ readonly keys: readonly Readonly<Record<string, string>>[] }>
  /** As its officers signed it, unverified; `openMember().trust` verifies. */
  readonly readTrustList: () => Promise<string>
  readonly readRevocationLists: () => Promise<string>
  readonly readProblem: (code: string) => Promise<{ readonly title: string; readonly detail: string }>
  readonly readDescription: () => Promise<unknown>
}

/** Each method throws Refused for a problem, and the fault of a gateway that does not answer after the last try. */
export const openSdk = (options: SdkOptions, clock: () => Instant = Date.now): Sdk =>
  sdkOver(openClient(options), options, clock)

/** The same over a client that is open, which it closes at the end. */
export function sdkOver(
  client: Client,
  options: Pick<SdkOptions, 'mandate' | 'tries' | 'firstGapMs'>,
  clock: () => Instant = Date.now,
): Sdk {
  const call = retrying(client, options)
  const asMandate = mandateOf(options, clock)
  const json = async <T>(asked: Call): Promise<T> => JSON.parse((await call(asked)).text) as T // the gateway's own schema
  const text = async (asked: Call): Promise<string> => (await call(asked)).text
  const get = (path: string): Call => ({ method: 'GET', path })
  const seated = (asked: Call): Call => ({ ...asked, mandate: asMandate })
  const post = (
    path: string,
    body: string | undefined,
    contentType: string,
    { idempotencyKey }: Repeatable = {},
  ): Call => ({
    method: 'POST',
    path,
    headers: { 'idempotency-key': idempotencyKey ?? randomUUID() },
    ...(body === undefined ? {} : { body, contentType }),
  })
  const put = (path: string, choice: ChoiceText, revision: number): Call => ({
    method: 'PUT',
    path,
    body: JSON.stringify(choice),
    headers: revision === 0 ? { 'if-none-match': '*' } : { 'if-match': `"${revision}"` },
  })
  const listDeliveries: Sdk['listDeliveries'] = ({ cursor, limit } = {}) => {
    const query = new URLSearchParams({
      ...(limit === undefined ? {} : { limit: String(limit) }),
      ...(cursor === undefined ? {} : { cursor }),
    }).toString()
    return json(seated(get(`/v1/deliveries${query === '' ? '' : `?${query}`}`)))
  }
  return {
    submit: (jwe, how) => json(post('/v1/submissions', jwe, 'application/jose', how)),
    readSubmission: (id) => json(get(`/v1/submissions/${part(id)}`)),
    readClosure: (id) => json(get(`/v1/submissions/${part(id)}/closure`)),
    release: (id, jwe, how) => json(post(`/v1/submissions/${part(id)}/release`, jwe, 'application/jose', how)),
    readLastCopies: (caseId) => json(get(`/v1/copies/${part(caseId)}`)),
    listDeliveries,
    deliveries: (limit) => everyItem(listDeliveries, limit),
    collectDelivery: async (id) => collected(await call(seated(get(`/v1/deliveries/${part(id)}`)))),
    acknowledgeDelivery: (id, how) =>
      json(seated(post(`/v1/deliveries/${part(id)}/acknowledgement`, undefined, '', how))),
    pullUp: (id, asked, how) =>
      json(seated(post(`/v1/deliveries/${part(id)}/pull-up`, JSON.stringify(asked), 'application/json', how))),
    readDefaultChoice: () => json(seated(get('/v1/choices/default'))),
    changeDefaultChoice: (choice, revision) => json(seated(put('/v1/choices/default', choice, revision))),
    readChoice: (caseId) => json(seated(get(`/v1/choices/${part(caseId)}`))),
    changeChoice: (caseId, choice, revision) => json(seated(put(`/v1/choices/${part(caseId)}`, choice, revision))),
    renewCertificate: (request) => text(post('/.well-known/est/simplereenroll', request, 'application/pkcs10')),
    readAuthorities: () => text(get('/.well-known/est/cacerts')),
    readWitnessRequest: (from) => text(get(`/v1/log/witness-request?from=${from}`)),
    postCosignature: (line, size) =>
      text(post(`/v1/log/cosignatures${size === undefined ? '' : `?size=${size}`}`, line, 'text/plain')),
    readCheckpoint: () => text(get('/v1/log/checkpoint')),
    readNetwork: async () => {
      const told = await text(get('/v1/network'))
      return { network: JSON.parse(told) as RegistryText, text: told } // the gateway's own schema
    },
    requestKeys: (request) => json(post('/v1/key-requests', JSON.stringify(request), 'application/json')),
    readKeys: () => json(get('/.well-known/jwks.json')),
    readTrustList: () => text(get('/.well-known/trust-list')),
    readRevocationLists: () => text(get('/.well-known/crl.pem')),
    readProblem: (code) => json(get(`/problems/${part(code)}`)),
    readDescription: () => json(get('/openapi.json')),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

const part = encodeURIComponent

const mandateOf = ({ mandate }: Pick<SdkOptions, 'mandate'>, clock: () => Instant): Call['mandate'] =>
  mandate === undefined
    ? undefined
    : {
        id: mandate.id,
        assertion: () => makeAssertion({ mandateId: mandate.id, audience: mandate.audience, at: clock() }, mandate.key),
      }

const LOG_RECEIPT = 'passerelle-log-receipt'
function collected({ text: parcel, headers }: Answer): CollectedParcel {
  const told = headers[LOG_RECEIPT]
  return { parcel, logReceipt: typeof told === 'string' ? Buffer.from(told, 'base64url').toString('utf8') : undefined }
}

async function* everyItem(
  list: Sdk['listDeliveries'],
  limit: number | undefined,
): AsyncGenerator<MailboxItem, void, undefined> {
  const size = limit === undefined ? {} : { limit }
  let cursor: string | undefined
  do {
    const page = await list({ ...size, ...(cursor === undefined ? {} : { cursor }) })
    yield* page.items
    cursor = page.next
  } while (cursor !== undefined)
}

const TRIES = 5
const FIRST_GAP_MS = 250
const MOST_GAP_MS = 30_000
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The same bytes under the same key each time: what was taken without an answer is answered again, and not done again. */
const retrying =
  (
    client: Pick<Client, 'call'>,
    { tries = TRIES, firstGapMs = FIRST_GAP_MS }: Pick<SdkOptions, 'tries' | 'firstGapMs'>,
  ) =>
  async (asked: Call): Promise<Answer> => {
    for (let tried = 1; ; tried += 1) {
      const answer = await client.call(asked).catch((error: unknown) => {
        if (tried >= tries) throw error
        return undefined
      })
      if (answer !== undefined && answer.status < 300) return answer
      if (answer !== undefined && (tried >= tries || !TRY_AGAIN.has(answer.status))) throw new Refused(answer)
      const told = Number(answer?.headers['retry-after'] ?? 0) * 1000
      const gap = Math.min(MOST_GAP_MS, firstGapMs * 2 ** (tried - 1)) * (0.5 + Math.random() / 2)
      await sleep(Math.min(MOST_GAP_MS, Math.max(gap, Number.isFinite(told) ? told : 0)))
    }
  }
