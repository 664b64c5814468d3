/** `release`: lets go of what this member held back of a message that it sent with `send --hold`. */
import type { Command } from 'commander'
import { z } from 'zod'
import { NothingHeld } from '#adapters/agency-kit/release-held.ts'
import type { HoldOf } from '#adapters/agency-kit/sign-copies.ts'
import type { Hold } from '#gateway/core/case-copy/copies.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readJson } from './files.ts'
import { addMemberOptions, memberOf, reaching } from './member-options.ts'
import type { MemberFlags } from './member-options.ts'
import { print } from './output.ts'

interface ReleaseFlags extends MemberFlags {
  readonly items?: readonly string[]
}

export function addReleaseCommand(program: Command): void {
  addMemberOptions(program.command('release'))
    .description('let go of what was held back of a message, under the signature that it has')
    .argument('<id>', 'id of the message, as `send` printed it')
    .option('--as <organisation>', 'the organisation that sent it (or PASSERELLE_AS)')
    .option('--items <id...>', 'only these items; all that is held where it is not said')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle release 018f0000-0000-7000-8000-000000000001 --home ./demo/network --as probation-paris',
    )
    .action(release)
}

async function release(id: string, flags: ReleaseFlags): Promise<void> {
  for (const text of [id, ...(flags.items ?? [])])
    if (!UUID_PATTERN.test(text)) throw new CommandFailed(`${text}: not the id of a message or item`, EXIT.usage)
  using member = (await memberOf(flags)).member
  const items = flags.items === undefined ? 'all' : new Set(flags.items)
  const accepted = await reaching(() =>
    member.release(id, items).catch((error: unknown) => {
      throw error instanceof NothingHeld ? new CommandFailed(error.message, EXIT.found) : error
    }),
  )
  print(flags.json, { id: accepted.id, message: id, receipt: accepted.receipt }, () => [
    `released as ${accepted.id}`,
    `receipt ${accepted.receipt.slice(0, 40)}… (--json prints it whole)`,
  ])
}

const hold = z.enum(['item', 'g0', 'g1', 'g2', 'g3', 'g4'])
const handlingSchema = z
  .strictObject({
    items: z.record(z.string().regex(UUID_PATTERN), hold).readonly().default({}),
    sections: z.record(z.string(), hold).readonly().default({}),
  })
  .readonly()

export interface Handling {
  readonly holdOf: HoldOf
  /** Of these items, something is held. */
  readonly held: readonly string[]
}

/** What a handling file holds back of these items: of an item or of a section all (`item`), or what is finer than a rung. It has to name something that is there. */
export async function readHandling(
  file: string,
  items: readonly Pick<Item, 'itemId' | 'section'>[],
): Promise<Handling> {
  const read = handlingSchema.safeParse(await readJson(file))
  if (!read.success)
    throw new CommandFailed(`${file}: not a handling file (items and sections, each item or g0 to g4)`, EXIT.found)
  const byItem = new Map<string, Hold>(Object.entries(read.data.items))
  const bySection = new Map<string, Hold>(Object.entries(read.data.sections))
  const strange = [
    ...[...byItem.keys()].filter((id) => items.every(({ itemId }) => itemId !== id)),
    ...[...bySection.keys()].filter((name) => items.every(({ section }) => section !== name)),
  ]
  if (strange.length > 0) throw new CommandFailed(`${file}: nothing there is called ${strange.join(', ')}`, EXIT.found)
  const holdOf = ({ itemId, section }: Pick<Item, 'itemId' | 'section'>): Hold | undefined =>
    byItem.get(itemId) ?? bySection.get(section)
  return { holdOf, held: items.flatMap((item) => (holdOf(item) === undefined ? [] : [item.itemId])) }
}
