/** An authenticator in this process: makes one passkey, and signs with it what a page of ours asks for. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { Credential } from '#gateway/ports/people.ts'

/** What to do wrong. */
export interface Faults {
  readonly origin?: string
  readonly challenge?: string
  readonly counter?: number
  readonly isVerified?: boolean
}

export interface TestPasskey {
  readonly id: string
  /** As the store keeps it. */
  readonly credential: (account: string) => Credential
  /** The answer to a form with `data-passkey-options`, for its field `passkey`. */
  readonly answer: (options: PasskeyOptions, faults?: Faults) => string
  /** All members of the first passkey form in that page, answered. */
  readonly fill: (page: string, faults?: Faults) => Readonly<Record<string, string>>
}

interface PasskeyOptions {
  readonly challenge: string
  readonly rp?: { readonly id: string }
  readonly rpId?: string
}

const ALL_FLAGS = { present: 0x01, verified: 0x04, attested: 0x40 } as const

/** A passkey for pages at that origin. */
export function aPasskey(origin: string): TestPasskey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ])
  const rawId = randomBytes(16)
  const id = rawId.toString('base64url')
  let uses = 0
  const dataOf = (rpId: string, { isVerified = true, counter = uses }: Faults, rest: Buffer): Buffer => {
    const flags = ALL_FLAGS.present | (isVerified ? ALL_FLAGS.verified : 0) | (rest.length > 0 ? ALL_FLAGS.attested : 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, rest])
  }
  const answer: TestPasskey['answer'] = (options, faults = {}) => {
    uses += 1
    const isNew = options.rp !== undefined
    const client = Buffer.from(
      JSON.stringify({
        type: isNew ? 'webauthn.create' : 'webauthn.get',
        challenge: faults.challenge ?? options.challenge,
        origin: faults.origin ?? origin,
        crossOrigin: false,
      }),
    )
    const rpId = options.rp?.id ?? options.rpId ?? ''
    const length = Buffer.from([0, rawId.length])
    const attested = isNew ? Buffer.concat([Buffer.alloc(16), length, rawId, cose]) : Buffer.alloc(0)
    const data = dataOf(rpId, faults, attested)
    const clientDataJSON = client.toString('base64url')
    const response = isNew
      ? { clientDataJSON, attestationObject: attestationOf(data).toString('base64url'), transports: ['internal'] }
      : {
          clientDataJSON,
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', Buffer.concat([data, sha256(client)]), privateKey).toString('base64url'),
        }
    return JSON.stringify({ id, rawId: id, type: 'public-key', response })
  }
  return {
    id,
    credential: (account) => ({
      id,
      account,
      publicKey: cose.toString('base64url'),
      counter: 0,
      transports: ['internal'],
      label: 'test',
      addedAt: 0,
    }),
    answer,
    fill: (page, faults) => {
      const form = /<form[^>]*data-passkey=[\s\S]*?<\/form>/.exec(page)?.[0]
      const options = /data-passkey-options="([^"]*)"/.exec(form ?? '')?.[1]
      if (form === undefined || options === undefined) throw new Error('this page asks for no passkey')
      return {
        ...hiddenFields(form),
        passkey: answer(JSON.parse(unescapeHtml(options)) as PasskeyOptions, faults),
      }
    },
  }
}

/** Names and values of hidden members of a form. */
export function hiddenFields(form: string): Readonly<Record<string, string>> {
  const found = form.matchAll(/<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/g)
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, unescapeHtml(value)]))
}

const unescapeHtml = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

const sha256 = (content: string | Buffer): Buffer => createHash('sha256').update(content).digest()

/** CBOR: { fmt: "none", attStmt: {}, authData }. */
function attestationOf(data: Buffer): Buffer {
  const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length)
  return Buffer.concat([head, length, data])
}
