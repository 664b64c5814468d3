/** C1, C2: the envelopes. One is opened and verified, five are signed and sealed, each around the 200-item message. */
import { audienceOf, copiedMessage, sealCopies } from '#adapters/agency-kit/sign-copies.ts'
import { sealMessage } from '#adapters/agency-kit/sign-message.ts'
import { MESSAGE_ENVELOPE, MESSAGE_SIGNATURE, readCompactJwe, readCompactJws } from '#gateway/core/jose-headers.ts'
import type { Result } from '#gateway/core/problem.ts'
import { openJwe, verifyJws } from '#gateway/rooms/open-envelope.ts'
import { recipientKey } from '#gateway/rooms/recipient-key.ts'
import { seal, signProjection } from '#gateway/rooms/seal.ts'
import { median, medianMsOf, short, yardstickMs } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { RECIPIENTS, SENDER, benchWorld } from '#bench/workload/network.ts'
import { makeNetworkFolder } from '#bench/workload/network-folder.ts'
import type { NetworkFolder } from '#bench/workload/network-folder.ts'

export const cryptoSection: Section = {
  name: 'crypto',
  measure: async (plan) => {
    await using network = await makeNetworkFolder()
    const { openMs, sealMs, fMs, parcelBytes, textBytes } = await measureEnvelopes(network, plan)
    const detail = `open and verify ${short(openMs)} ms, seal five ${short(sealMs)} ms (wall; jose opens), F ${short(fMs)} ms`
    return [
      { id: 'C1', what: 'open 1 and seal 5 envelopes of 63 KB', value: (openMs + sealMs) / fMs, unit: 'F', detail },
      {
        id: 'C2',
        what: 'bytes of a parcel against its JSON',
        value: parcelBytes / textBytes,
        unit: 'x',
        detail: `${parcelBytes} bytes for ${textBytes}: a JWS inside a JWE`,
      },
    ] satisfies readonly Row[]
  },
}

export interface Envelopes {
  readonly openMs: number
  readonly sealMs: number
  readonly fMs: number
  readonly parcelBytes: number
  readonly textBytes: number
}

/** As long as one is. */
const EVIDENCE = { leaf: 'l'.repeat(220), salt: 'A'.repeat(43), body: 'b'.repeat(240) }

/** Wall time, one after another; jose works partly on the thread pool. */
export async function measureEnvelopes(network: NetworkFolder, { rounds, isQuick }: Plan): Promise<Envelopes> {
  const { sent } = benchWorld(200)
  const { keyRing, registry } = network
  const jwe = await sealedForBroker(network, JSON.parse(sent))
  const keys = RECIPIENTS.map((id) => sealingKeyOf(network, id))
  const deps = { keyRing, clock: Date.now }
  const open = (): Promise<Uint8Array> => openSubmission(network, jwe)
  const sealFive = async (): Promise<number> => {
    let bytes = 0
    for (const key of keys) {
      const content = await signProjection(deps, sent)
      bytes = (await seal({ content, evidence: EVIDENCE }, key)).jwe.length
    }
    return bytes
  }
  const budgetMs = isQuick ? 60 : 400
  await medianMsOf(open, budgetMs)
  const parcelBytes = await sealFive()
  const taken = []
  for (let round = 0; round < rounds; round += 1)
    taken.push({
      fMs: yardstickMs(sent),
      openMs: await medianMsOf(open, budgetMs),
      sealMs: await medianMsOf(sealFive, budgetMs),
    })
  if (registry.participants.length === 0) throw new Error('the network of the bench is empty')
  return {
    fMs: median(taken.map(({ fMs }) => fMs)),
    openMs: median(taken.map(({ openMs }) => openMs)),
    sealMs: median(taken.map(({ sealMs }) => sealMs)),
    parcelBytes,
    textBytes: Buffer.byteLength(sent),
  }
}

/** The compact JWE that the sender would post. */
export function sealedForBroker({ keyRing, senderKeys }: NetworkFolder, payload: unknown): Promise<string> {
  const signing = senderKeys.find(({ use }) => use === 'sign')
  const sealing = keyRing.publicKeys().find(({ use }) => use === 'seal')
  if (signing === undefined || sealing === undefined) throw new Error('the network of the bench lacks keys')
  return sealMessage(payload, signing, sealing)
}

/** The same in copies: the first that is sent of its case. */
export async function copiesForBroker(
  { keyRing, senderKeys, registry }: NetworkFolder,
  payload: unknown,
): Promise<string> {
  const signing = senderKeys.find(({ use }) => use === 'sign')
  const sealing = keyRing.publicKeys().find(({ use }) => use === 'seal')
  const presenting = keyRing.publicKeys().find(({ use }) => use === 'present')
  const message = copiedMessage(payload)
  if (signing === undefined || sealing === undefined || presenting === undefined || message === undefined)
    throw new Error('the network of the bench lacks keys')
  const copying = { classes: audienceOf(registry, message), secret: 'of the bench', sent: undefined }
  return (await sealCopies(message, copying, { signing, sealing, presenting })).jwe
}

async function openSubmission({ keyRing, registry }: NetworkFolder, text: string): Promise<Uint8Array> {
  const jwe = valueOf(readCompactJwe(text, MESSAGE_ENVELOPE))
  const key = await keyRing.openingKey(jwe.kid)
  if (key === undefined) throw new Error('the gateway of the bench cannot open its own envelopes')
  const jws = valueOf(readCompactJws(valueOf(await openJwe(jwe, key)), MESSAGE_SIGNATURE))
  const sender = registry.participants.find(({ id }) => id === SENDER)
  const jwk = sender?.keys.find(({ kid }) => kid === jws.kid)?.jwk
  if (jwk === undefined) throw new Error('the sender of the bench has no signing key')
  return valueOf(await verifyJws(jws, jwk))
}

function sealingKeyOf({ registry }: NetworkFolder, mandateId: string): Parameters<typeof seal>[1] {
  const mandate = registry.mandates.find(({ id }) => id === mandateId)
  const recipient = registry.participants.find(({ id }) => id === mandate?.organisation)
  const edge = registry.edges.find(({ to }) => to === recipient?.id)
  if (mandate === undefined || recipient === undefined || edge === undefined) throw new Error(`no way to ${mandateId}`)
  const key = recipientKey({ route: { edge, mandate }, recipient }, Date.now())
  if (key === undefined) throw new Error(`no key for ${mandateId}`)
  return key
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`an envelope of the bench was refused: ${result.problem.code}`)
  return result.value
}
