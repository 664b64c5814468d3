/** One member at work: its keys from its own folder, its messages sealed to the gateway, its parcels opened and acknowledged. */
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { PrivateKey } from '#adapters/keys/private-key-file.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import type { Clock } from '#gateway/core/time.ts'
import { makeAssertion } from './assertion.ts'
import { jsonOf, openClient, problemSchema } from './client.ts'
import type { Answer, Call, Client } from './client.ts'
import { openParcel, recipientOf } from './open-parcel.ts'
import { sealMessage } from './sign-message.ts'

export interface MemberOptions {
  /** Folder with trust/root.pem, organisations/<id>/ and mandates/<id>/keys/. */
  readonly home: string
  readonly organisation: string
  readonly mandate?: string | undefined
  readonly url: string
  /** URI of the gateway, the audience of what is signed. */
  readonly audience: string
  readonly clock: Clock
}

/** What the gateway told instead of doing what was asked. The message is one line without content. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor({ status, text }: Answer) {
    const read = problemSchema.safeParse(jsonOf({ status, headers: {}, text }))
    const places = (read.data?.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`).join(', ')
    super(
      `${status} ${read.data?.code ?? ''}: ${read.data?.title ?? 'no problem was told'}${places === '' ? '' : ` (${places})`}`,
    )
    this.status = status
    this.code = read.data?.code ?? 'unknown'
  }
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
const acceptedSchema = z.looseObject({ id: z.string(), receipt: z.string() })
const jwk = z.looseObject({ kid: z.string(), use: z.enum(['sig', 'enc']), x: z.string(), y: z.string() })
const jwksSchema = z.looseObject({ keys: z.array(jwk) })

export type ListedDelivery = z.output<typeof deliverySchema>
export interface Accepted {
  readonly id: string
  readonly receipt: string
}

export interface Member extends Disposable {
  /** Signs, seals and posts a message; the payload's iss, aud, iat and jti must be filled in. Throws Refused. */
  readonly send: (payload: unknown) => Promise<Accepted>
  readonly list: () => Promise<readonly ListedDelivery[]>
  /** Collects and opens one parcel. Throws Refused, or Error where it does not open or is not the gateway's. */
  readonly open: (id: string) => Promise<Projection>
  readonly acknowledge: (id: string) => Promise<void>
  /** Any other call, as this organisation and mandate. Throws Refused for a problem. */
  readonly call: (call: Omit<Call, 'mandate'>) => Promise<Answer>
}

export async function openMember(options: MemberOptions): Promise<Member> {
  const { home, organisation, mandate, url } = options
  const file = (...path: readonly string[]): Promise<string> => readFile(join(home, ...path), 'utf8')
  const certificate = await file('organisations', organisation, 'tls.pem')
  const key = await file('organisations', organisation, 'tls.key.pem')
  const client = openClient({ url, certificate, key, authority: await file('trust', 'root.pem') })
  const keys = [
    ...(await keysIn(join(home, 'organisations', organisation, 'keys'))),
    ...(mandate === undefined ? [] : await keysIn(join(home, 'mandates', mandate, 'keys'))),
  ]
  return memberWith(options, client, keys)
}

const keysIn = async (folder: string): Promise<readonly PrivateKey[]> =>
  existsSync(folder) ? readPrivateKeys(folder) : []

function memberWith({ mandate, audience, clock }: MemberOptions, client: Client, keys: readonly PrivateKey[]): Member {
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
  let gatewayKeys: Promise<readonly GatewayKey[]> | undefined
  const keysOfGateway = (): Promise<readonly GatewayKey[]> =>
    (gatewayKeys ??= call({ method: 'GET', path: '/.well-known/jwks.json' }).then(readJwks))
  return {
    call,
    send: async (payload) => send({ call, keys, gatewayKeys: await keysOfGateway() }, payload),
    list: () => listAll(call),
    open: async (id) => open({ call, keys, gatewayKeys: await keysOfGateway() }, id),
    acknowledge: async (id) => void (await call({ method: 'POST', path: `/v1/deliveries/${id}/acknowledgement` })),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

const isOfMandate = (path: string): boolean => path.startsWith('/v1/deliveries') || path.startsWith('/v1/choices')

interface At {
  readonly call: (call: Omit<Call, 'mandate'>) => Promise<Answer>
  readonly keys: readonly PrivateKey[]
  readonly gatewayKeys: readonly GatewayKey[]
}

async function send({ call, keys, gatewayKeys }: At, payload: unknown): Promise<Accepted> {
  const signing = keys.find((key) => key.use === 'sign')
  const sealing = gatewayKeys.find((key) => key.use === 'seal')
  if (signing === undefined || sealing === undefined)
    throw new Error('no signing key of this member, or no sealing key of the gateway')
  const answer = await call({
    method: 'POST',
    path: '/v1/submissions',
    body: await sealMessage(payload, signing, sealing),
    contentType: 'application/jose',
  })
  return acceptedSchema.parse(jsonOf(answer))
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

async function open({ call, keys, gatewayKeys }: At, id: string): Promise<Projection> {
  const { text } = await call({ method: 'GET', path: `/v1/deliveries/${id}` })
  const kid = recipientOf(text)
  const key = kid.ok ? keys.find((held) => held.use === 'seal' && held.kid === kid.value) : undefined
  if (key === undefined) throw new Error('the parcel is sealed to a key that is not in this folder')
  const opened = await openParcel(text, key.key, gatewayKeys)
  if (!opened.ok) throw new Error(`the parcel was not believed: ${opened.problem.code}`)
  return opened.value
}

function readJwks(answer: Answer): readonly GatewayKey[] {
  const { keys } = jwksSchema.parse(jsonOf(answer))
  return keys.map(({ kid, use, x, y }) => ({
    kid,
    use: use === 'sig' ? 'sign' : 'seal',
    jwk: { kty: 'EC', crv: 'P-256', x, y },
  }))
}
