/**
 * S1: one copy of a case of 20, 200 and 2,000 items issued, redacted, presented and verified, against one JWS over the same bytes; and 2,000
 * in the layout that decision 0013 did not take: one disclosure an item, with more inside only where its value has rungs.
 */
import { generateKeyPair, exportJWK } from 'jose'
import { rungsOf } from '#policies/engine/ladders.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { readyIssued } from '#gateway/core/case-copy/ready-copy.ts'
import { isMembers } from '#gateway/core/case-copy/json-members.ts'
import { COPY_SIGNATURE, KEY_BINDING_SIGNATURE, readCompactJws, readPublicJwk } from '#gateway/core/jose-headers.ts'
import { thumbprintOf } from '#gateway/core/participants.ts'
import { valueOf } from '#gateway/core/label.ts'
import { termIn } from '#gateway/core/vocabulary/sections.ts'
import { conceal, hidden, printed, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode } from '#gateway/core/sd-jwt/conceal.ts'
import { printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { keyBindingOf } from '#gateway/core/sd-jwt/key-binding.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { median, medianMsOf, short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { BENCH_AT, caseItems, handover } from '#bench/workload/case-summary.ts'

const SIZES = [20, 200, 2000] as const
const SEED = 'A'.repeat(43)

export const sdJwtSection: Section = {
  name: 'sd-jwt',
  measure: async (plan) => {
    const rows: Row[] = []
    for (const size of plan.isQuick ? SIZES.slice(0, 2) : SIZES)
      rows.push(
        await rowOf({ id: `S1 ${size}`, of: `one copy of ${size} items`, ...inParts(benchMessage(size)) }, plan),
      )
    const many = plan.isQuick ? 200 : 2000
    rows.push(
      await rowOf(
        { id: `S1 flat`, of: `${many} items, one disclosure each but for rungs`, ...flat(benchMessage(many)) },
        plan,
      ),
    )
    return rows
  },
}

/** How many disclosures a copy of 200 items has, and how many characters they are together. */
export async function disclosuresOfCopy(): Promise<{ readonly count: number; readonly chars: number }> {
  const message = benchMessage(200)
  const { parts, byId } = readyIssued(message, benchCopy(message, (await aKey()).jwk))
  const all = [...parts.values(), ...[...byId.values()].flatMap((item) => [item.element, ...item.parts.values()])]
  return { count: all.length, chars: all.reduce((sum, { length }) => sum + length, 0) }
}

type Step = 'issue' | 'redact' | 'present' | 'verify' | 'jws'

interface Measured extends Layout {
  readonly id: string
  readonly of: string
}

async function rowOf({ id, of, ...layout }: Measured, { rounds, isQuick }: Plan): Promise<Row> {
  const steps = await stepsOf(layout)
  const budgetMs = isQuick ? 30 : 250
  const taken: Readonly<Record<Step, number>>[] = []
  for (let round = 0; round < rounds; round += 1)
    taken.push({
      jws: await medianMsOf(steps.jws, budgetMs),
      issue: await medianMsOf(steps.issue, budgetMs),
      redact: await medianMsOf(steps.redact, budgetMs),
      present: await medianMsOf(steps.present, budgetMs),
      verify: await medianMsOf(steps.verify, budgetMs),
    })
  const ms = (step: Step): number => median(taken.map((times) => times[step]))
  const whole = ms('issue') + ms('redact') + ms('present') + ms('verify')
  return {
    id,
    what: `issue, redact, present and verify ${of}`,
    value: whole / ms('jws'),
    unit: 'x',
    detail: `${short(ms('issue'))}, ${short(ms('redact'))}, ${short(ms('present'))} and ${short(ms('verify'))} ms (wall); one JWS over the same bytes signed and verified in ${short(ms('jws'))} ms`,
  }
}

interface Key {
  readonly kid: string
  readonly key: CryptoKey
  readonly jwk: NonNullable<ReturnType<typeof readPublicJwk>>
}

export async function aKey(): Promise<Key> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const jwk = readPublicJwk(await exportJWK(pair.publicKey))
  if (jwk === undefined) throw new Error('no key was made')
  return { kid: thumbprintOf(jwk), key: pair.privateKey, jwk }
}

/** How a message becomes a payload to sign and disclosures, and which of them half of its items are shown by. */
interface Layout {
  readonly message: Message
  readonly made: (presenter: Key['jwk']) => { readonly payload: string; readonly redacted: () => readonly string[] }
}

/** As the product does it: each part of an item by itself. */
const inParts = (message: Message): Layout => ({
  message,
  made: (presenter) => {
    const copy = benchCopy(message, presenter)
    const redacted = (): readonly string[] => {
      const { parts, byId } = readyIssued(message, copy)
      const shown = [...byId.values()].filter((_, index) => index % 2 === 0)
      return [
        ...['about', 'caseHandle', 'items'].map((name) => parts.get(name) ?? ''),
        ...shown.flatMap((item) => [
          item.element,
          ...['name', 'exact', 'g0'].flatMap((name) => item.parts.get(name) ?? []),
        ]),
      ].toSorted()
    }
    return { payload: copy.payload, redacted }
  },
})

const CAPACITY = 4096
const RUNGS_WIDTH = 5

/** An item is one disclosure; its rungs are others inside it, where its term has any. */
const flat = (message: Message): Layout => ({
  message,
  made: () => {
    const { items = [], ...about } = message
    const nodes = items.map((item) => {
      const { value: _value, rungs: _rungs, ...open } = item
      const said = rungsOf(valueOf(item, termIn(item.section, item.term)))
      if (said.length < 2) return hidden(value(item))
      const rungs = said.map(({ rung, value: text }): [string, ClaimNode] => [rung, hidden(value(text))])
      const members = { item: value(open), ...Object.fromEntries(rungs) }
      return hidden({ kind: 'object', members, width: RUNGS_WIDTH })
    })
    const root = {
      kind: 'object',
      members: { about: value(about), items: { kind: 'array', elements: nodes, capacity: CAPACITY } },
    } as const
    const concealed = conceal(root, saltsOf(SEED))
    const redacted = (): readonly string[] => {
      const byNode = new Map(concealed.made.map((one) => [one.node, printed(one)]))
      const shown = nodes.filter((_, index) => index % 2 === 0)
      const inside = shown.flatMap((one) => {
        const object = one.kind === 'hidden' && one.node.kind === 'object' ? one.node.members : {}
        return object['g0'] === undefined ? [] : [object['g0']]
      })
      return [...shown, ...inside].map((one) => byNode.get(one) ?? '').toSorted()
    }
    return { payload: concealed.payload, redacted }
  },
})

async function stepsOf({ message, made: make }: Layout): Promise<Readonly<Record<Step, () => Promise<unknown>>>> {
  const [sender, gateway] = [await aKey(), await aKey()]
  const [typ, bindingTyp] = [COPY_SIGNATURE.exact['typ'] ?? '', KEY_BINDING_SIGNATURE.exact['typ'] ?? '']
  const bytes = Buffer.from(JSON.stringify(message))
  const jwt = await signCompact(Buffer.from(make(gateway.jwk).payload), typ, sender)
  const redact = async (): Promise<readonly string[]> => make(gateway.jwk).redacted()
  const disclosures = await redact()
  const text = printCompactSdJwt({ jwt, disclosures })
  const bind = (): Promise<string> => {
    const claims = keyBindingOf({ aud: 'pairs', nonce: 'delivery', text: printCompactSdJwt({ jwt, disclosures }) }, 0)
    return signCompact(Buffer.from(JSON.stringify(claims)), bindingTyp, gateway)
  }
  const binding = await bind()
  return {
    jws: async () => checked(await signCompact(bytes, typ, sender), sender.jwk, COPY_SIGNATURE),
    issue: async () => signCompact(Buffer.from(make(gateway.jwk).payload), typ, sender),
    redact,
    present: bind,
    verify: async () => {
      const payload: unknown = JSON.parse(Buffer.from(await checked(jwt, sender.jwk, COPY_SIGNATURE)).toString())
      await checked(binding, gateway.jwk, KEY_BINDING_SIGNATURE)
      const revealed = reveal(payload, text.split('~').slice(1, -1))
      if (!revealed.ok || !isMembers(revealed.value.claims)) throw new Error('a presentation of the bench is refused')
    },
  }
}

type Message = NonNullable<ReturnType<typeof copiedMessage>>

export function benchMessage(size: number): Message {
  const message = copiedMessage(
    handover({
      items: caseItems(size, 1),
      from: 'spiffe://bench.example/org/prison-paris',
      to: 'spiffe://bench.example/broker/1',
      caseId: 'BENCH-1',
      jti: '00000000-0000-4000-8000-000000000001',
      issuedAt: BENCH_AT,
    }),
  )
  if (message === undefined) throw new Error('the message of the bench is none')
  return message
}

export function benchCopy(
  message: Parameters<typeof readyIssued>[0],
  presenter: Parameters<typeof copiesOf>[0]['presenter'],
): Parameters<typeof readyIssued>[1] {
  const copies = copiesOf({
    message,
    presenter,
    copies: [{ audienceClass: 'SP', jti: message.jti, caseHandle: 'a'.repeat(32), ver: 1, salt: saltsOf(SEED) }],
  })
  const [copy] = copies.ok ? copies.value : []
  if (copy === undefined) throw new Error('the message of the bench cannot be copied')
  return copy
}

async function checked(
  text: string,
  jwk: Parameters<typeof verifyJws>[1],
  rule: typeof COPY_SIGNATURE,
): Promise<Uint8Array> {
  const jws = readCompactJws(text, rule)
  const verified = jws.ok ? await verifyJws(jws.value, jwk) : jws
  if (!verified.ok) throw new Error('a signature of the bench is refused')
  return verified.value
}
