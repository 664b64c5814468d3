/** A sender that holds something back and lets go of it, on a stage: its copies as the kit makes them, its releases as it signs them. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Response } from 'supertest'
import { z } from 'zod'
import { audienceOf, copiedMessage, sealCopies } from '#adapters/agency-kit/sign-copies.ts'
import type { HoldOf, KeptCopy, SealedCopies } from '#adapters/agency-kit/sign-copies.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { releaseOf } from '#gateway/core/case-copy/release.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { RELEASE_ENVELOPE } from '#gateway/core/jose-headers.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { secretOf } from '#test/support/copy-sender.ts'
import type { Asking } from '#test/support/gateway.ts'
import { expectStatus } from '#test/support/gateway.ts'
import { PRISON } from './stage.ts'
import type { Stage } from './stage.ts'

export const acceptedSchema = z.strictObject({ id: z.string(), receipt: z.string(), status: z.string() })

export interface Held {
  readonly id: string
  readonly kept: readonly KeptCopy[]
  readonly sealed: SealedCopies
}

/** What the prison does on that stage. */
export interface Holding {
  /** Sent by the prison, with its copies as the kit makes them. */
  readonly sendHeld: (body: object, holdOf: HoldOf, sent?: SealedCopies['sent']) => Promise<Held>
  readonly copyOf: (kept: KeptCopy) => Parameters<typeof releaseOf>[0]
  readonly lettingGo: (kept: readonly KeptCopy[], items: readonly ItemText[]) => readonly object[]
  readonly releaseText: (held: Pick<Held, 'id'>, copies: readonly object[], changes?: object) => object
  readonly sealedRelease: (text: object, organisation?: string) => Promise<string>
  readonly postRelease: (id: string, jwe: string, asking?: Asking, key?: string) => Promise<Response>
  readonly release: (held: Held, items: readonly ItemText[]) => Promise<Response>
}

export function holdingOn(stage: () => Stage): Holding {
  const keys = (organisation: string): Parameters<typeof sealCopies>[2] => {
    const { network, broker } = stage().gateway
    return { signing: network.keyOf(organisation, 'sign'), sealing: broker.sealKey, presenting: broker.presentKey }
  }
  /** Sent by the prison, with its copies as the kit makes them. */
  const sendHeld = async (body: object, holdOf: HoldOf, sent?: SealedCopies['sent']): Promise<Held> => {
    const { gateway } = stage()
    const message = copiedMessage(gateway.message(PRISON.organisation, body))
    assert.ok(message !== undefined)
    const classes = audienceOf(gateway.deps.registry(), message)
    const copying = { classes, secret: secretOf(PRISON.organisation), sent, holdOf }
    const sealed = await sealCopies(message, copying, keys(PRISON.organisation))
    const { id } = acceptedSchema.parse(expectStatus(202, await gateway.post(PRISON.organisation, sealed.jwe)).body)
    await gateway.settled()
    assert.ok(sealed.kept !== undefined)
    return { id, kept: sealed.kept, sealed }
  }
  const copyOf = ({ jwt, disclosures, held }: KeptCopy): Parameters<typeof releaseOf>[0] => ({
    payload: JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')),
    disclosures,
    held,
  })
  const lettingGo = (kept: readonly KeptCopy[], items: readonly ItemText[]): readonly object[] =>
    kept.map((copy) => {
      const released = releaseOf(copyOf(copy), new Set(items.map(({ itemId }) => itemId)))
      assert.ok(released.ok)
      return { jti: copy.jti, disclosures: released.value }
    })
  const releaseText = ({ id }: Pick<Held, 'id'>, copies: readonly object[], changes: object = {}): object => {
    const { iss, aud, iat } = stage().gateway.message(PRISON.organisation, {})
    return { sch: 'passerelle-release/1', iss, aud, iat, jti: randomUUID(), messageId: id, copies, ...changes }
  }
  const sealedRelease = async (text: object, organisation: string = PRISON.organisation): Promise<string> => {
    const { signing, sealing } = keys(organisation)
    const jws = await signCompact(Buffer.from(canonicalise(text)), 'gw-release+jws', signing)
    return encryptTo({ text: jws, rule: RELEASE_ENVELOPE, key: sealing })
  }
  const postRelease = async (
    id: string,
    jwe: string,
    { organisation }: Asking = PRISON,
    key: string = randomUUID(),
  ): Promise<Response> => {
    const posted = await stage()
      .gateway.request(organisation, 'post', `/v1/submissions/${id}/release`)
      .set('Content-Type', 'application/jose')
      .set('Idempotency-Key', key)
      .send(jwe)
    await stage().gateway.settled()
    return posted
  }
  const release = async (held: Held, items: readonly ItemText[]): Promise<Response> =>
    postRelease(held.id, await sealedRelease(releaseText(held, lettingGo(held.kept, items))))
  return { sendHeld, copyOf, lettingGo, releaseText, sealedRelease, postRelease, release }
}

/** Holds that item back as a whole. */
export const whole =
  (secret: ItemText): HoldOf =>
  ({ itemId }) =>
    itemId === secret.itemId ? 'item' : undefined
