/** At the end: every receipt verifies under the gateway's listed key, says what was sent, and the gateway knows the message; the same key still answers it. */
import { compactVerify, importJWK } from 'jose'
import { z } from 'zod'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import { gatewayKeysOf } from '#adapters/agency-kit/member-trust.ts'
import { bodyDigestOf } from './books.ts'
import type { SentMessage } from './books.ts'
import { acceptedSchema, post } from './desk.ts'
import type { Desk } from './desk.ts'
import { codeOf } from './everywhere.ts'
import type { Field } from './everywhere.ts'

const AT_ONCE = 8
/** Of how many messages one is sent again, at the end. */
const ONE_IN = 10

const claimsSchema = z.looseObject({ sub: z.string(), jti: z.string(), kind: z.string(), bodyDigest: z.string() })
const submissionSchema = z.looseObject({
  receipt: z.string(),
  edges: z.array(z.looseObject({ organisation: z.string(), state: z.string() })),
})

type Verify = (receipt: string) => Promise<unknown>

/** Adds what it finds to the faults of the books. */
export async function checkReceipts(field: Field, desks: ReadonlyMap<string, Desk>): Promise<void> {
  const left = [...field.books.sent.entries()]
  const verify = await verifier(desks)
  const one = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [index, message] = next
      const desk = desks.get(message.by)
      const fault =
        desk === undefined
          ? 'has no sender'
          : await faultOf({ desk, message, verify, isSentAgain: index % ONE_IN === 0 })
      if (fault !== undefined) field.books.faults.push(`submission ${message.id} (${message.kind}) ${fault}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
}

async function verifier(desks: ReadonlyMap<string, Desk>): Promise<Verify> {
  const [desk] = desks.values()
  if (desk === undefined) throw new Error('nobody sends')
  const list = await desk.everywhere.ask((member) => member.trust())
  const key = gatewayKeysOf(list, Date.now()).find(({ use }) => use === 'sign')
  if (key === undefined) throw new Error('the trust list names no key of the gateway to sign with')
  const imported = await importJWK({ ...key.jwk }, 'ES256')
  return async (receipt) =>
    JSON.parse(new TextDecoder().decode((await compactVerify(receipt, imported)).payload)) as unknown
}

interface Checking {
  readonly desk: Desk
  readonly message: SentMessage
  readonly verify: Verify
  readonly isSentAgain: boolean
}

async function faultOf({ desk, message, verify, isSentAgain }: Checking): Promise<string | undefined> {
  try {
    const read = claimsSchema.safeParse(await verify(message.receipt).catch(() => undefined))
    if (!read.success) return 'has a receipt that does not verify'
    const { sub, jti, kind, bodyDigest } = read.data
    if (sub !== message.id || jti !== message.jti || kind !== message.kind || bodyDigest !== bodyDigestOf(message))
      return 'has a receipt of something else'
    const path = `/v1/submissions/${message.id}`
    const known = submissionSchema.parse(
      jsonOf(await desk.everywhere.ask((member) => member.call({ method: 'GET', path }))),
    )
    if (known.receipt !== message.receipt) return 'is known by another receipt'
    const open = known.edges.filter(({ state }) => state === 'waiting' || state === 'stuck')
    if (open.length > 0) return `is ${open[0]?.state ?? ''} for ${open[0]?.organisation ?? ''}`
    return isSentAgain ? await faultOfAgain(desk, message) : undefined
  } catch (error) {
    return `is refused to its sender: ${codeOf(error)}`
  }
}

async function faultOfAgain(desk: Desk, { key, body, id, receipt }: SentMessage): Promise<string | undefined> {
  const again = acceptedSchema.parse(jsonOf(await desk.everywhere.ask((member) => post(member, key, body))))
  return again.id === id && again.receipt === receipt ? undefined : 'has another receipt when it is sent again'
}
