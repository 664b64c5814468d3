/** A message as copies to be signed, one for each class of recipients, which have nothing in common but what they say. */
import type { Rung } from '#policies/language/level.ts'
import { RUNGS } from '#policies/language/level.ts'
import type { Item } from '#gateway/core/item.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import { conceal, hidden, holdsReservedName, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode, Concealed, DrawSalt } from '#gateway/core/sd-jwt/conceal.ts'
import type { Plans } from '#gateway/core/sd-jwt/print-plan.ts'
import { partsOf } from './item-parts.ts'
import type { ItemParts } from './item-parts.ts'
import { membersOf } from './json-members.ts'
import { messagePartsOf } from './message-parts.ts'
import { BROKER_PARTS, ITEM_WIDTH, MESSAGE_WIDTH, capacityOf } from './schema.ts'
import type { CopiedMessage } from './schema.ts'

/** What one copy has for itself. */
export interface CopyFor {
  /** Recipients of this type alone may be shown it. */
  readonly audienceClass: string
  /** UUID of this copy. */
  readonly jti: string
  /** What this class calls the case. */
  readonly caseHandle: string
  readonly ver: number
  /** Never the salts of another copy. */
  readonly salt: DrawSalt
}

/** How much of an item stays with its sender for now: all of it, or what is finer than a rung. */
export type Hold = 'item' | Rung

export interface ToCopy {
  readonly message: CopiedMessage
  readonly copies: readonly CopyFor[]
  /** Key of the gateway that may present the copies. */
  readonly presenter: PublicJwk
  /** Digest of the copies sent before in this case; absent for the first. */
  readonly prev?: string | undefined
  readonly holdOf?: (item: Item) => Hold | undefined
  /** URI of a gateway that says it again in its own name; the sender and all that is for the gateway alone stay out of it. */
  readonly reissuedBy?: string
}

export interface UnsignedCopy extends Concealed {
  readonly audienceClass: string
  readonly nodes: Readonly<Record<string, ClaimNode>>
}

const SECONDS_PER_MINUTE = 60
/** Another time than to the minute would tell two copies of one message. */
export const toMinute = (seconds: number): number => seconds - (seconds % SECONDS_PER_MINUTE)

/** Problem `message-malformed`, with the place of each item whose value has a member that only the format may have. */
export function copiesOf(toCopy: ToCopy): Result<readonly UnsignedCopy[]> {
  const { message, copies } = toCopy
  const places = reservedPlaces(message)
  if (places.length > 0) return fail('message-malformed', places)
  const said = saidBy(toCopy)
  const plans: Plans = new Map()
  return ok(
    copies.map((copy) => {
      const nodes = { ...openOf(toCopy, copy), ...said(copy) }
      const concealed = conceal({ kind: 'object', width: MESSAGE_WIDTH, members: nodes }, copy.salt, plans)
      return Object.assign(concealed, { audienceClass: copy.audienceClass, nodes })
    }),
  )
}

const reservedPlaces = ({ items = [] }: CopiedMessage): readonly ProblemPlace[] =>
  items.flatMap((item, index) =>
    holdsReservedName(item.value) || holdsReservedName(item.rungs)
      ? [{ pointer: `/items/${index}/value`, code: 'reserved-name' }]
      : [],
  )

type Nodes = Readonly<Record<string, ClaimNode>>

const openOf = ({ message, presenter, reissuedBy }: ToCopy, { audienceClass, jti, ver }: CopyFor): Nodes => ({
  sch: value(message.sch),
  iss: value(reissuedBy ?? message.iss),
  iat: value(toMinute(message.iat)),
  jti: value(jti),
  ver: value(ver),
  cnf: value({ jwk: presenter }),
  audienceClass: value(audienceClass),
  ...(reissuedBy === undefined ? {} : { attested: value('broker') }),
})

/** What all copies say, made once; only the handle is each class's own. */
function saidBy({ message, prev, holdOf, reissuedBy }: ToCopy): (copy: CopyFor) => Nodes {
  const { items = [] } = message
  const parts = messagePartsOf(message, prev)
  const capacity = capacityOf(message.kind, items.length)
  const isReissued = reissuedBy !== undefined
  const elements = items.map((item, index) => itemNode(partsOf(item, index), holdOf?.(item), isReissued))
  const corrected = items.flatMap((item): readonly ClaimNode[] =>
    item.supersedes === undefined
      ? []
      : [{ kind: 'hidden', node: value(item.supersedes), isHeld: holdOf?.(item) === 'item' }],
  )
  const nodes = {
    ...hiddenParts({ ...parts }, isReissued),
    items: hidden({ kind: 'array', elements, capacity }),
    ...(message.kind === 'Correction' ? { corrected: hidden({ kind: 'array', elements: corrected, capacity }) } : {}),
  }
  return ({ caseHandle }) => ({ ...nodes, caseHandle: hidden(value(caseHandle)) })
}

function hiddenParts(parts: Readonly<Record<string, unknown>>, isReissued: boolean): Nodes {
  const nodes: Record<string, ClaimNode> = {}
  for (const [name, part] of Object.entries(parts))
    if (part !== undefined && !(isReissued && BROKER_PARTS.has(name))) nodes[name] = hidden(value(part))
  return nodes
}

function itemNode({ element, parts }: ItemParts, hold: Hold | undefined, isReissued: boolean): ClaimNode {
  const members: Record<string, ClaimNode> = {}
  for (const [name, open] of Object.entries(element)) members[name] = value(open)
  const held = hold === undefined || hold === 'item' ? undefined : { hold, parts: withoutHeldWriting(parts, hold) }
  Object.assign(members, hiddenParts(held?.parts ?? parts, isReissued))
  for (const name of held === undefined ? [] : heldParts(held.hold))
    if (members[name]?.kind === 'hidden') members[name] = { ...members[name], isHeld: true }
  const node: ClaimNode = { kind: 'object', members, width: ITEM_WIDTH }
  return hold === 'item' ? { kind: 'hidden', node, isHeld: true } : hidden(node)
}

/** What is finer than the rung, and what goes with the exact value alone. */
const heldParts = (least: Rung): readonly string[] => ['detail', ...RUNGS.filter((rung) => rung < least)]

/** Labels go to the gateway, and may not quote what is held back from it. */
function withoutHeldWriting(parts: ItemParts['parts'], least: Rung): ItemParts['parts'] {
  const { written, ...labels } = membersOf(parts.labels)
  const kept = Object.entries(membersOf(written)).filter(([rung]) => rung >= least)
  return { ...parts, labels: { ...labels, ...(kept.length === 0 ? {} : { written: Object.fromEntries(kept) }) } }
}
