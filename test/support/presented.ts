/** A real parcel in the hands of its recipient, and what its software says to any other content in its place. */
import assert from 'node:assert/strict'
import type { Believing } from '#adapters/agency-kit/believe-content.ts'
import { openParcel } from '#adapters/agency-kit/open-parcel.ts'
import type { OpenedParcel } from '#adapters/agency-kit/open-parcel.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import type { Result } from '#gateway/core/problem.ts'
import { seal } from '#gateway/rooms/seal.ts'
import { aCaseId, COURT, employment, handover, identity, openStage, PRISON, PROBATION } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import type { Asking } from '#test/support/gateway.ts'
import { expectStatus } from '#test/support/gateway.ts'
import type { TestKey } from '#test/support/certificates.ts'

/** One handover that a probation officer and a court were each shown of. */
export interface Presented {
  readonly stage: Stage
  /** As the probation officer opened it. */
  readonly opened: OpenedParcel
  /** As the court did. */
  readonly courts: OpenedParcel
}

/** On a stage of its own, which whoever asks for it closes. */
export async function aPresentation(): Promise<Presented> {
  const stage = await openStage()
  await stage.send(PRISON, handover(aCaseId(), [identity(), employment()]))
  const opened = await openedBy(stage, PROBATION, await parcelOf(stage, PROBATION))
  return { stage, opened, courts: await openedBy(stage, COURT, await parcelOf(stage, COURT)) }
}

/** Every part of a presentation: what was signed, its disclosures, and the binding last. */
export const partsIn = (text: string): readonly string[] => text.split('~')

/** The same without the binding. */
export const signedParts = ({ content }: OpenedParcel): readonly string[] => partsIn(content).slice(0, -1)

async function parcelOf({ gateway }: Stage, asking: Asking): Promise<string> {
  const [waiting] = await gateway.deliveries(asking)
  assert.ok(waiting !== undefined)
  return expectStatus(200, await gateway.collect(asking, waiting.id)).text
}

/** The receipt of its oldest delivery. */
export async function receiptOf({ gateway }: Stage, asking: Asking): Promise<string> {
  const [waiting] = await gateway.deliveries(asking)
  const { headers } = await gateway.collect(asking, waiting?.id ?? '')
  return Buffer.from(String(headers['passerelle-log-receipt']), 'base64url').toString()
}

/** What the agency kit of that organisation believes. */
export function believing({ gateway: { deps, broker } }: Stage, { organisation }: Asking): Believing {
  const listed = deps.trustLists?.inForce()
  assert.ok(listed?.ok === true)
  const { mandates } = deps.registry()
  return {
    gatewayKeys: broker.keyRing.publicKeys(),
    organisations: listed.value.list.organisations,
    typeOf: (id) => mandates.find((mandate) => mandate.id === id && mandate.organisation === organisation)?.type,
  }
}

function sealKeyOf({ gateway: { network } }: Stage, { organisation, mandate }: Asking): TestKey {
  try {
    return network.keyOf(mandate ?? organisation, 'seal')
  } catch {
    return network.keyOf(organisation, 'seal')
  }
}

/** As the agency kit of that organisation opens it; it has to be believed. */
export async function openedBy(stage: Stage, asking: Asking, parcel: string): Promise<OpenedParcel> {
  const read = await openParcel(parcel, sealKeyOf(stage, asking).key, believing(stage, asking))
  assert.ok(read.ok, JSON.stringify(read))
  return read.value
}

/** What the agency kit says to another content, sealed to the same recipient with the evidence of the real one. */
export async function verdictOn(
  { stage, opened }: Presented,
  content: string,
  asking: Asking = PROBATION,
): Promise<string> {
  const { kid, key } = sealKeyOf(stage, asking)
  const { participants, mandates } = stage.gateway.deps.registry()
  const entry = [...participants, ...mandates].flatMap(({ keys }) => keys).find((listed) => listed.kid === kid)
  assert.ok(entry !== undefined)
  const { jwe } = await seal({ content, evidence: opened.evidence }, entry)
  return verdictOf(await openParcel(jwe, key, believing(stage, asking)))
}

/** `believed`, or the problem and the code of its first place. */
export const verdictOf = (read: Result<unknown>): string =>
  read.ok ? 'believed' : [read.problem.code, read.problem.errors?.[0]?.code].join(' ').trim()

/** Those parts after whoever holds the gateway's key has bound them anew. */
export async function rebound(
  { stage, opened }: Presented,
  parts: readonly string[],
  changes: object = {},
): Promise<string> {
  const text = `${parts.join('~')}~`
  const binding = partsIn(opened.content).at(-1)?.split('.')[1] ?? ''
  const claims = JSON.parse(Buffer.from(binding, 'base64url').toString()) as object
  const bound = { ...claims, sd_hash: sha256Base64Url(text), ...changes }
  return `${text}${await signCompact(Buffer.from(JSON.stringify(bound)), 'kb+jwt', stage.gateway.broker.presentKey)}`
}
