/** What no gateway can do without for one message to so many recipients, bare: JSON, ciphers, signatures and one synced write of all its bytes. */
import { createCipheriv, createDecipheriv, diffieHellman, generateKeyPairSync, sign, verify } from 'node:crypto'
import { meanMs } from '#bench/measure.ts'
import { rawRate } from '#bench/rows/durable.ts'

export interface Floor {
  /** CPU of one thread. */
  readonly cpuMs: number
  /** An append of the message and of all its parcels, with one fdatasync: wall time. */
  readonly diskMs: number
}

/** Of a message with that JSON. `folder`: on the disk that is measured. */
export function bareFloor(json: string, recipients: number, { folder, budgetMs }: Budget): Floor {
  const bytes = Buffer.from(json)
  const cpuMs =
    meanMs(() => JSON.parse(json), budgetMs) +
    recipients * printMs(json, budgetMs) +
    openMs(bytes, budgetMs) +
    recipients * sealMs(bytes, budgetMs)
  const written = Buffer.alloc(bytes.length * (1 + recipients), 'w')
  return { cpuMs, diskMs: 1000 / rawRate(folder, written, budgetMs) }
}

interface Budget {
  readonly folder: string
  readonly budgetMs: number
}

function printMs(json: string, budgetMs: number): number {
  const value: unknown = JSON.parse(json)
  return meanMs(() => JSON.stringify(value), budgetMs)
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** An agreed key, the content deciphered, its signature verified. */
function openMs(bytes: Buffer, budgetMs: number): number {
  const [own, sender] = [newKeys(), newKeys()]
  const signature = sign('sha256', bytes, sender.privateKey)
  const [key, nonce] = [Buffer.alloc(32, 'k'), Buffer.alloc(12)]
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()])
  const tag = cipher.getAuthTag()
  return meanMs(() => {
    diffieHellman({ privateKey: own.privateKey, publicKey: sender.publicKey })
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag)
    decipher.update(sealed)
    decipher.final()
    verify('sha256', bytes, sender.publicKey, signature)
  }, budgetMs)
}

/** A new key, agreed upon, the content signed and enciphered. */
function sealMs(bytes: Buffer, budgetMs: number): number {
  const [own, recipient] = [newKeys(), newKeys()]
  const [key, nonce] = [Buffer.alloc(32, 'k'), Buffer.alloc(12)]
  return meanMs(() => {
    const { privateKey } = newKeys()
    diffieHellman({ privateKey, publicKey: recipient.publicKey })
    sign('sha256', bytes, own.privateKey)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    cipher.update(bytes)
    cipher.final()
  }, budgetMs)
}
