/** S1: one copy of a case of 20, 200 and 2,000 items issued, redacted, presented and verified, against one JWS over the same bytes. */
import { generateKeyPair, exportJWK } from 'jose'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { readyIssued } from '#gateway/core/case-copy/ready-copy.ts'
import { isMembers } from '#gateway/core/case-copy/json-members.ts'
import { COPY_SIGNATURE, KEY_BINDING_SIGNATURE, readCompactJws, readPublicJwk } from '#gateway/core/jose-headers.ts'
import { thumbprintOf } from '#gateway/core/participants.ts'
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
    for (const size of plan.isQuick ? SIZES.slice(0, 2) : SIZES) rows.push(await rowOf(size, plan))
    return rows
  },
}

/** How many disclosures a copy of 200 items has, and how many characters they are together. */
export async function disclosuresOfCopy(): Promise<{ readonly count: number; readonly chars: number }> {
  const message = benchMessage(200)
  const { parts, byId } = readyIssued(message, made(message, (await aKey()).jwk))
  const all = [...parts.values(), ...[...byId.values()].flatMap((item) => [item.element, ...item.parts.values()])]
  return { count: all.length, chars: all.reduce((sum, { length }) => sum + length, 0) }
}

type Step = 'issue' | 'redact' | 'present' | 'verify' | 'jws'

async function rowOf(size: number, { rounds, isQuick }: Plan): Promise<Row> {
  const steps = await stepsOf(size)
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
    id: `S1 ${size}`,
    what: `issue, redact, present and verify one copy of ${size} items`,
    value: whole / ms('jws'),
    unit: 'x',
    detail: `${short(ms('issue'))}, ${short(ms('redact'))}, ${short(ms('present'))} and ${short(ms('verify'))} ms (wall); one JWS over the same bytes signed and verified in ${short(ms('jws'))} ms`,
  }
}

async function aKey(): Promise<{
  readonly kid: string
  readonly key: CryptoKey
  readonly jwk: NonNullable<ReturnType<typeof readPublicJwk>>
}> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const jwk = readPublicJwk(await exportJWK(pair.publicKey))
  if (jwk === undefined) throw new Error('no key was made')
  return { kid: thumbprintOf(jwk), key: pair.privateKey, jwk }
}

async function stepsOf(size: number): Promise<Readonly<Record<Step, () => Promise<unknown>>>> {
  const [sender, gateway] = [await aKey(), await aKey()]
  const message = benchMessage(size)
  const [typ, bindingTyp] = [COPY_SIGNATURE.exact['typ'] ?? '', KEY_BINDING_SIGNATURE.exact['typ'] ?? '']
  const bytes = Buffer.from(JSON.stringify(message))
  const make = (): ReturnType<typeof made> => made(message, gateway.jwk)
  const copy = make()
  const jwt = await signCompact(Buffer.from(copy.payload), typ, sender)
  const redact = async (): Promise<readonly string[]> => {
    const { parts, byId } = readyIssued(message, make())
    const shown = [...byId.values()].filter((_, index) => index % 2 === 0)
    return [
      ...['about', 'caseHandle', 'items'].map((name) => parts.get(name) ?? ''),
      ...shown.flatMap((item) => [
        item.element,
        ...['name', 'exact', 'g0'].flatMap((name) => item.parts.get(name) ?? []),
      ]),
    ].toSorted()
  }
  const disclosures = await redact()
  const text = printCompactSdJwt({ jwt, disclosures })
  const bind = (): Promise<string> => {
    const claims = keyBindingOf({ aud: 'pairs', nonce: 'delivery', text: printCompactSdJwt({ jwt, disclosures }) }, 0)
    return signCompact(Buffer.from(JSON.stringify(claims)), bindingTyp, gateway)
  }
  const binding = await bind()
  return {
    jws: async () => checked(await signCompact(bytes, typ, sender), sender.jwk, COPY_SIGNATURE),
    issue: async () => signCompact(Buffer.from(make().payload), typ, sender),
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

function benchMessage(size: number): NonNullable<ReturnType<typeof copiedMessage>> {
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

function made(
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
