/** `map terms`: the sections of a case summary, their terms, and what a value of each looks like, for whoever writes a mapping. */
import type { Command } from 'commander'
import { ladderOf } from '#policies/engine/ladders.ts'
import type { Section, Term } from '#gateway/core/vocabulary/section.ts'
import { SECTIONS, sectionById } from '#gateway/core/vocabulary/sections.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { print, table } from './output.ts'

export const addMapTerms = (map: Command): Command =>
  map
    .command('terms')
    .description('tell the sections of a case summary, or the terms of one and what a value of each looks like')
    .argument('[section]', 'a section by its name; absent: all sections')
    .option('--json', 'print JSON: every term, or those of the section', false)
    .addHelpText('after', '\nExample:\n  passerelle map terms accommodation')
    .action(terms)

function terms(name: string | undefined, { json }: { readonly json: boolean }): void {
  const section = name === undefined ? undefined : sectionById(name)
  if (name !== undefined && section === undefined)
    throw new CommandFailed(
      `${name}: no such section; there are ${SECTIONS.map(({ id }) => id).join(', ')}`,
      EXIT.usage,
    )
  const told = section === undefined ? SECTIONS : [section]
  print(json, told.flatMap(termsOf), () =>
    section === undefined ? table(SECTIONS.map(({ id, en }) => [id, en])) : table([HEAD, ...section.terms.map(rowOf)]),
  )
}

const HEAD = ['TERM', 'WHAT IT IS', 'ITS VALUE'] as const

const rowOf = (term: Term): readonly string[] => [term.id, term.en, valueOf(term)]

const termsOf = ({ id, terms: own }: Section): readonly object[] =>
  own.map((term) => ({ section: id, term: term.id, en: term.en, fr: term.fr, value: valueOf(term) }))

/** In the words in which a wrong one is refused. */
const valueOf = ({ kind }: Term): string => ladderOf(kind)?.rungs.g0?.shape.expects ?? 'any'
