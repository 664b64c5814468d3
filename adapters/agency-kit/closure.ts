/** The sender's view of its recall: what the gateway reports, with each attestation verified by the sender itself. */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { MESSAGE_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { fromNumericDate } from '#gateway/core/time.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import { mayVerify } from '#gateway/core/trust-list/may-verify.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { jsonOf } from './client.ts'
import type { Member } from './member.ts'

const attestationSchema = z.object({ digest: z.string(), at: z.string(), signed: z.string().optional() })
const closureSchema = z.object({
  id: z.string(),
  kind: z.string(),
  caseId: z.string(),
  acceptedAt: z.string(),
  isClosed: z.boolean(),
  organisations: z.array(
    z.object({
      organisation: z.string(),
      state: z.string(),
      dueAt: z.string(),
      reachedAt: z.string().optional(),
      collectedAt: z.string().optional(),
      answeredAt: z.string().optional(),
      escalation: z.object({ step: z.string(), at: z.string() }).optional(),
      dpo: z.string().optional(),
      out: z.string().optional(),
      attestations: z.array(attestationSchema),
    }),
  ),
})
type Closure = z.output<typeof closureSchema>

/**
 * What a recipient signed, as far as this member can tell for itself: the gateway cannot make one up. `unsigned`: the gateway says that
 * it did so, and nothing that it signed says it; so it is where it answers on pages of the gateway.
 */
export type Proof = 'verified' | 'erased' | 'not-believed' | 'unsigned'

export interface ProvenClosure extends Omit<Closure, 'organisations'> {
  readonly organisations: readonly (Closure['organisations'][number] & { readonly proofs: readonly Proof[] })[]
}

/** Throws Refused where the recall is not this member's, and NotTrusted without a trust list. */
export async function readClosure({ call, trust }: Pick<Member, 'call' | 'trust'>, id: string): Promise<ProvenClosure> {
  const answer = await call({ method: 'GET', path: `/v1/submissions/${id}/closure` })
  const closure = closureSchema.parse(jsonOf(answer))
  const list = await trust()
  const organisations = closure.organisations.map(async (line) => ({ ...line, proofs: await proofsOf(line, id, list) }))
  return { ...closure, organisations: await Promise.all(organisations) }
}

async function proofsOf(
  { organisation, state, attestations }: Closure['organisations'][number],
  recallId: string,
  list: TrustList,
): Promise<readonly Proof[]> {
  const read = attestations.map(async ({ signed, digest, at }): Promise<readonly [Proof, string?]> => {
    if (signed === undefined) return ['erased']
    const checked = await checkAttestation(signed, { recallId, organisation, digest, at: parseInstant(at) ?? 0 }, list)
    return checked.ok ? ['verified', checked.value] : ['not-believed']
  })
  const all = await Promise.all(read)
  const proofs = all.map(([proof]) => proof)
  // What was locked may be deleted later, and never the other way round.
  const isSaid = all.some(([proof, action]) => proof !== 'verified' || action === state || state === 'locked')
  return (state === 'deleted' || state === 'locked') && !isSaid ? [...proofs, 'unsigned'] : proofs
}

export interface About {
  readonly recallId: string
  readonly organisation: string
  readonly digest: string
  /** When it was taken, as the gateway says. */
  readonly at: Instant
}

const saidSchema = z.looseObject({
  iss: z.string(),
  iat: z.int(),
  kind: z.literal('RecallAck'),
  inReplyTo: z.string(),
  action: z.enum(['deleted', 'locked']),
})

/**
 * That the organisation signed this very answer to that very recall, under a key that the trust list gives it. Problems: those of
 * the signature, `key-unknown`, `issuer-mismatch`, and `message-out-of-turn` for an answer to something else.
 */
export async function checkAttestation(
  signed: string,
  { recallId, organisation, digest, at }: About,
  { organisations }: Pick<TrustList, 'organisations'>,
): Promise<Result<'deleted' | 'locked'>> {
  const jws = readCompactJws(signed, MESSAGE_SIGNATURE)
  if (!jws.ok) return jws
  const listed = organisations.find(({ id }) => id === organisation)
  const key = listed?.keys.find(({ kid, use }) => kid === jws.value.kid && use === 'sign')
  if (listed === undefined || key?.jwk.kty !== 'EC') return fail('key-unknown')
  const verified = await verifyJws(jws.value, key.jwk)
  if (!verified.ok) return verified
  const json = readStrictJson(verified.value)
  const said = saidSchema.safeParse(json.ok ? json.value : undefined).data
  if (said === undefined) return fail('message-malformed')
  if (!mayVerify(key, fromNumericDate(said.iat), at)) return fail('key-unknown')
  if (said.iss !== listed.uri) return fail('issuer-mismatch')
  if (said.inReplyTo !== recallId || sha256Hex(signed) !== digest) return fail('message-out-of-turn')
  return ok(said.action)
}
