/** What the flags of `see-as` name, held against the pack: a choice, a role, a purpose, sections. A slip of the pen is told, and never looks like policy. */
import type { Vocabulary } from '#policies/language/policy.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { choiceReachSchema, choiceSchema, DEPTHS, MILESTONES } from '#gateway/core/choice.ts'
import type { Choice, ChoiceReach } from '#gateway/core/choice.ts'
import { sectionByNumber } from '#gateway/core/vocabulary/sections.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'

export interface ChoiceFlags {
  readonly depth: string
  /** Each `SECTION=Dn`. */
  readonly sectionDepth: readonly string[]
  readonly reach?: string
  readonly versions?: string
  readonly factsOnly: boolean
  readonly optOut: readonly string[]
}

export interface WorldFlags {
  readonly recipient: string
  readonly practitioner?: string
  readonly purpose?: string
  readonly requested: readonly string[]
}

type Names = Pick<Vocabulary, 'sections' | 'recipientTypes' | 'roles' | 'purposes'>

/** The choice that the flags say. Throws CommandFailed, with the flag as it was written, where one of them says none. */
export function choiceOf(flags: ChoiceFlags, { sections }: Pick<Names, 'sections'>): Choice {
  const { versions } = flags
  return choiceSchema.parse({
    depth: oneOf('--depth', flags.depth, DEPTHS),
    sections: Object.fromEntries(flags.sectionDepth.map((text) => sectionDepthOf(text, sections))),
    optOut: flags.optOut.map((text) => sectionOf('--opt-out', text, sections)),
    factsOnly: flags.factsOnly,
    ...(flags.reach === undefined ? {} : { reach: reachOf(flags.reach) }),
    ...(versions === undefined ? {} : { versions: oneOf('--versions', versions, ['standing', 'all']) }),
  })
}

/** The same flags, with each section by its name. Throws CommandFailed where the pack does not know what one of them names. */
export function worldOf<T extends WorldFlags>(flags: T, names: Names): T {
  oneOf('--recipient', flags.recipient, names.recipientTypes)
  if (flags.practitioner !== undefined) oneOf('--practitioner', flags.practitioner, names.roles)
  if (flags.purpose !== undefined) oneOf('--purpose', flags.purpose, names.purposes)
  return { ...flags, requested: flags.requested.map((text) => sectionOf('--requested', text, names.sections)) }
}

/** Throws CommandFailed where a name is none of those that there are. A list of the pack that is empty is not in use: any name will do. */
export function oneOf(flag: string, text: string, known: readonly string[]): string {
  if (known.length === 0 || known.includes(text)) return text
  throw new CommandFailed(`${flag} ${text}: one of ${known.join(' ')}`, EXIT.usage)
}

function sectionDepthOf(text: string, sections: readonly string[]): readonly [string, string] {
  const [, section = '', depth = ''] = /^([^=]+)=(D[0-4])$/.exec(text) ?? []
  if (depth === '') throw new CommandFailed(`--section-depth ${text}: write SECTION=Dn, D0 to D4`, EXIT.usage)
  return [sectionOf('--section-depth', section, sections), depth]
}

/** A section of the pack by its name, or one of the 31 by its number. */
function sectionOf(flag: string, text: string, sections: readonly string[]): string {
  const id = /^\d+$/.test(text) ? sectionByNumber(Number(text))?.id : text
  if (id !== undefined && sections.includes(id)) return id
  throw new CommandFailed(`${flag} ${text}: no such section`, EXIT.usage)
}

const REACHES = `months:N, since: with ${MILESTONES.join(', ')}, or since: with a date`

function reachOf(text: string): ChoiceReach {
  const [, kind, value = ''] = /^(months|since):(.+)$/.exec(text) ?? []
  const isDate = parseInstant(value) !== undefined
  const months = /^\d+$/.test(value) ? Number(value) : undefined
  const said =
    kind === 'months' ? { kind, months } : isDate ? { kind: 'since-date', date: value } : { kind, milestone: value }
  const read = choiceReachSchema.safeParse(said)
  if (!read.success) throw new CommandFailed(`--reach ${text}: say ${REACHES}`, EXIT.usage)
  return read.data
}
