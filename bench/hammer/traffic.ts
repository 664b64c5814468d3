/** What honest agencies send all day: handovers, referrals, reports, alerts, then corrections and recalls of what they sent. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ItemText } from '#gateway/core/item.ts'
import { anItemText } from '#test/support/messages.ts'
import type { SentMessage } from './books.ts'
import type { Chance } from './chance.ts'
import { openDesk } from './desk.ts'
import type { Desk, Draft } from './desk.ts'
import type { Field } from './everywhere.ts'
import { at } from './network.ts'
import type { Sender } from './network.ts'

/** An item that was sent, and what a correction or recall of it has to say again. */
interface Standing {
  readonly message: SentMessage
  readonly draft: Draft
  readonly item: ItemText
}

/** Mailboxes that wait so long have enough to do: then whoever sends waits as long as they do, up to a minute. */
const MOST_LAG_MS = 4_000
const LONGEST_REST_MS = 60_000
/** Cases an agency has open at once, so that several messages meet in one. */
const CASES = 6
const MOST_STANDING = 40

/** Sends until it is told to stop, about once in `paceMs`. */
export async function keepSending(field: Field, desk: Desk, sender: Sender, paceMs: number): Promise<void> {
  const chance = field.chance.fork()
  const standing: Standing[] = []
  while (!field.sending.aborted) {
    await sendOne({ field, desk, sender, chance, standing })
    const { lagMs } = field.books
    const restMs = lagMs > MOST_LAG_MS ? Math.min(lagMs, LONGEST_REST_MS) : 0
    await sleep(chance.below(2 * paceMs) + restMs, undefined, { signal: field.sending }).catch(() => {})
  }
}

interface Seat {
  readonly field: Field
  readonly desk: Desk
  readonly sender: Sender
  readonly chance: Chance
  readonly standing: Standing[]
}

async function sendOne(seat: Seat): Promise<void> {
  const { desk, chance, standing } = seat
  const old =
    standing.length > 4 && chance.isHit(0.3) ? standing.splice(chance.below(standing.length), 1)[0] : undefined
  if (old !== undefined) return takeBack(seat, old)
  const { draft, item } = aDraft(seat)
  const message = await desk.submit(draft)
  if (message !== undefined) standing.push({ message, draft, item })
  if (standing.length > MOST_STANDING) standing.shift()
}

/** Half of what is taken back is corrected, the other half recalled. */
async function takeBack({ field, desk, chance }: Seat, { message, draft, item }: Standing): Promise<void> {
  field.books.takenBack.add(message.id)
  const { caseId } = draft
  const grounds = { caseId, purpose: draft['purpose'], legalBasisId: draft['legalBasisId'] }
  await desk.submit(
    chance.isHit(0.5)
      ? {
          kind: 'Correction',
          ...grounds,
          reason: 'inaccurate',
          items: [anItem(desk, { value: '2026-12-15', supersedes: item.itemId })],
        }
      : { kind: 'Recall', ...grounds, reason: 'unlawfully-transmitted', recalled: [item.itemId] },
  )
}

const anItem = ({ organisation }: Desk, changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ author: { role: 'registrar', service: organisation }, ...changes })

type Drafted = Pick<Standing, 'draft' | 'item'>

function aDraft({ desk, sender: { kind, place }, chance }: Seat): Drafted {
  const caseId = `HAMMER-${desk.organisation}-${chance.below(CASES)}`
  const item = anItem(desk)
  const others = [
    anItem(desk, { section: 'employment', term: 'employment-status', value: 'apprentice-baker' }),
    anItem(desk, { section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' }),
  ]
  const items = [item, ...others.slice(0, chance.below(3))]
  const drafts = kind === 'prison' ? ofPrison(place) : ofProbation(place)
  return { draft: { caseId, items, ...chance.of(drafts) }, item }
}

type Kinds = readonly [
  Omit<Draft, 'caseId'> & { readonly kind: string },
  ...(Omit<Draft, 'caseId'> & { readonly kind: string })[],
]

const ofPrison = (place: number): Kinds => {
  const grounds = { purpose: 'release-preparation', legalBasisId: 'fr.cpen.r113-49' }
  const handover = {
    kind: 'CaseHandover',
    ...grounds,
    facts: { minor: false },
    to: [at('probation', place), at('court', place)],
  }
  return [
    handover,
    handover,
    { kind: 'CaseHandover', ...grounds, to: [at('probation', place), at('court', place), at('interior', place)] },
    { kind: 'QuarterlyReport', ...grounds, quarter: '2026-Q3', to: [at('probation', place)] },
    { kind: 'IncidentAlert', ...grounds, severity: 'minor', finding: 'alleged', to: [at('probation', place)] },
  ]
}

const ofProbation = (place: number): Kinds => {
  const toPairs = {
    kind: 'Referral',
    purpose: 'disengagement-support',
    legalBasisId: 'fr.cpp.706-25-16',
    facts: { minor: false },
    to: [at('pairs', place)],
  }
  const report = { purpose: 'probation-supervision', legalBasisId: 'fr.cpen.ex-d581', to: [at('court', place)] }
  return [
    toPairs,
    toPairs,
    { kind: 'Referral', purpose: 'social-support', legalBasisId: 'eu.led.9-2', to: [at('city', place)] },
    { kind: 'QuarterlyReport', ...report, quarter: '2026-Q3' },
    { kind: 'MonthlyMeetingRecord', ...report, meetingOn: '2026-11-01', attendees: [] },
  ]
}

export const openDesks = async (field: Field, organisations: readonly string[]): Promise<ReadonlyMap<string, Desk>> =>
  new Map(
    await Promise.all(
      organisations.map(async (organisation) => [organisation, await openDesk(field, organisation)] as const),
    ),
  )
