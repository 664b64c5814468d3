/** What the store says at the end of a run, read past the gateway: ids, states and counts, which stand there in the clear. */
import { z } from 'zod'
import type { Deployment } from './deployment.ts'

const whole = z.coerce.number()
const instant = z.preprocess((value) => value ?? undefined, whole.optional())

const deliverySchema = z.object({
  id: z.string(),
  messageId: z.string(),
  mandate: z.string(),
  organisation: z.string(),
  edge: z.string(),
  seq: whole,
  state: z.string(),
  kind: z.string(),
  projectionDigest: z.string(),
  collectedAt: instant,
  acknowledgedAt: instant,
})
export type StoredDelivery = z.output<typeof deliverySchema>

export interface StoreView {
  readonly accepted: readonly { readonly messageId: string; readonly issuer: string }[]
  readonly deliveries: readonly StoredDelivery[]
  /** Deliveries that the ledger has a row of. */
  readonly ledger: ReadonlySet<string>
  /** Mandates that a recall or correction is to reach, by its id. */
  readonly targets: ReadonlyMap<string, readonly string[]>
  /** Jobs that are not over, and due. */
  readonly open: number
  /** Rows of the audit by what was done. */
  readonly acts: Readonly<Record<string, number>>
  readonly auditRows: number
  readonly leaves: number
  /** Leaves that the newest published checkpoint covers. */
  readonly published: number
}

const acceptedSchema = z.object({ messageId: z.string(), issuer: z.string() })
const targetSchema = z.object({ recallId: z.string(), mandate: z.string() })
const countSchema = z.object({ total: whole })
const eventSchema = z.object({ event: z.string() })
const actSchema = z.object({ act: z.string() })

type Ask = Deployment['ask']

const DELIVERIES = `SELECT id, "messageId", mandate, organisation, edge, seq, state, kind, "projectionDigest", "collectedAt", "acknowledgedAt" FROM deliveries ORDER BY seq`

export async function readStore(ask: Ask): Promise<StoreView> {
  const counted = async (from: string): Promise<number> =>
    countSchema.parse((await ask(`SELECT count(*) AS total FROM ${from}`))[0]).total
  const acts: Record<string, number> = {}
  for (const row of await ask('SELECT event FROM audit')) {
    const { act } = actSchema.parse(JSON.parse(eventSchema.parse(row).event))
    acts[act] = (acts[act] ?? 0) + 1
  }
  const targets = new Map<string, readonly string[]>()
  for (const row of await ask('SELECT "recallId", mandate FROM recall_targets')) {
    const { recallId, mandate } = targetSchema.parse(row)
    targets.set(recallId, [...(targets.get(recallId) ?? []), mandate])
  }
  const ledger = z.array(z.object({ deliveryId: z.string() })).parse(await ask('SELECT "deliveryId" FROM ledger'))
  return {
    accepted: z.array(acceptedSchema).parse(await ask('SELECT "messageId", issuer FROM acceptances')),
    deliveries: z.array(deliverySchema).parse(await ask(DELIVERIES)),
    ledger: new Set(ledger.map(({ deliveryId }) => deliveryId)),
    targets,
    open: await openJobs(ask),
    acts,
    auditRows: await counted('audit'),
    leaves: await counted('log_leaves'),
    published: countSchema.parse(
      (await ask('SELECT coalesce(max(size), 0) AS total FROM log_checkpoints WHERE published IS NOT NULL'))[0],
    ).total,
  }
}

/** Jobs that are due and not over. */
export const openJobs = async (ask: Ask): Promise<number> =>
  countSchema.parse(
    (await ask(`SELECT count(*) AS total FROM outbox WHERE "endedAt" IS NULL AND "dueAt" <= ${Date.now()}`))[0],
  ).total

/** Deliveries that nobody has acknowledged yet. */
export const unread = async (ask: Ask): Promise<number> =>
  countSchema.parse(
    (await ask(`SELECT count(*) AS total FROM deliveries WHERE state IN ('in-mailbox', 'collected')`))[0],
  ).total

/** Leaves of the log that no published checkpoint covers yet. */
export const unpublished = async (ask: Ask): Promise<number> =>
  countSchema.parse(
    (
      await ask(
        'SELECT (SELECT count(*) FROM log_leaves) - (SELECT coalesce(max(size), 0) FROM log_checkpoints WHERE published IS NOT NULL) AS total',
      )
    )[0],
  ).total
