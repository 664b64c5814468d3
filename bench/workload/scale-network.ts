/** The network of the scale section: one prison, and twenty probation services that it hands over to; and its messages, sealed beforehand. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHeldRegistry } from '#adapters/agency-kit/held-registry.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { KeyUse, PrivateKey } from '#adapters/keys/private-key-file.ts'
import { readAgencies } from '#adapters/pki/example-agencies.ts'
import type { Agencies } from '#adapters/pki/example-agencies.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { aCopySender } from '#test/support/copy-sender.ts'
import type { Replicas } from '#test/support/replicas.ts'
import { caseItems, handover } from './case-summary.ts'
import { PROJECT, SENDER } from './network.ts'

export const MOST_RECIPIENTS = 20

const recipientAt = (number: number): string => `probation-${number + 1}`

export function scaleAgencies(): Agencies {
  const from = readAgencies(JSON.parse(readFileSync(join(PROJECT, 'certs-example/agencies.json'), 'utf8')))
  const numbers = Array.from({ length: MOST_RECIPIENTS }, (_, number) => recipientAt(number))
  const many = <T>(all: readonly T[], isIt: (one: T) => boolean, change: (one: T, name: string) => T): readonly T[] =>
    all.filter(isIt).flatMap((one) => numbers.map((name) => change(one, name)))
  return {
    ...from,
    participants: [
      ...from.participants.filter(({ id }) => id === SENDER),
      ...many(
        from.participants,
        ({ id }) => id === 'probation-paris',
        (entry, id) => ({ ...entry, id }),
      ),
    ],
    edges: many(
      from.edges,
      ({ id }) => id === 'prison-to-probation',
      (edge, to) => ({ ...edge, to, id: `to-${to}` }),
    ),
    mandates: many(
      from.mandates,
      ({ id }) => id === 'probation-counsellor',
      (entry, organisation) => ({ ...entry, organisation, id: `${organisation}-counsellor` }),
    ),
  }
}

/** Without a choice a practitioner is shown the contact sheet only. */
export async function showEverything(replicas: Replicas): Promise<void> {
  const [first] = replicas.all
  if (first === undefined) return
  for (let number = 0; number < MOST_RECIPIENTS; number += 1) {
    const organisation = recipientAt(number)
    using member = await replicas.member(first, organisation, `${organisation}-counsellor`)
    const path = '/v1/choices/default'
    const { headers } = await member.call({ method: 'GET', path })
    const match = { 'if-match': String(headers['etag']) }
    await member.call({ method: 'PUT', path, body: JSON.stringify({ depth: 'D4' }), headers: match })
  }
}

export interface Sealing {
  readonly recipients: number
  readonly items: number
  readonly count: number
  /** One at least is sealed, and none is begun after so long. */
  readonly withinMs: number
}

/** Messages of so many items, a case of its own for each. */
export async function sealBodies({ folder, audience }: Replicas, sealing: Sealing): Promise<readonly string[]> {
  const registry = await readHeldRegistry(folder)
  const from = registry.participants.find(({ id }) => id === SENDER)?.uri ?? ''
  const own = await keysIn(folder, EXAMPLE_PATHS.organisation(SENDER))
  const brokers = await keysIn(folder, EXAMPLE_PATHS.broker)
  const keys = {
    signing: keyFor(own, 'sign'),
    sealing: keyFor(brokers, 'seal'),
    presenting: keyFor(brokers, 'present'),
  }
  const copies = aCopySender(() => registry)
  const to = Array.from({ length: sealing.recipients }, (_, number) => recipientAt(number))
  const bodies: string[] = []
  const until = performance.now() + sealing.withinMs
  do {
    const issued = { caseId: `SCALE-${randomUUID()}`, jti: randomUUID(), issuedAt: Date.now() }
    const message = handover({ items: caseItems(sealing.items, bodies.length + 1), from, to: audience, ...issued })
    const sealed = await copies.seal(SENDER, { ...message, to }, keys)
    if (sealed === undefined) throw new Error('a message of the bench that is none')
    bodies.push(sealed.jwe)
  } while (bodies.length < sealing.count && performance.now() < until)
  return bodies
}

const keysIn = (folder: string, holder: string): Promise<readonly PrivateKey[]> =>
  readPrivateKeys(join(folder, holder, EXAMPLE_PATHS.keys))

function keyFor(keys: readonly PrivateKey[], use: KeyUse): PrivateKey {
  const found = keys.find((key) => key.use === use)
  if (found === undefined) throw new Error(`no key of use ${use}`)
  return found
}
