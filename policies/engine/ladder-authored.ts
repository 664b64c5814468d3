/** Ladders whose rungs the sender authors: the broker carries them as labelled and never shortens text. */
import { authored, exact } from './ladder.ts'
import type { Ladder } from './ladder.ts'
import { anything, count, either, flag, listOf, quantity, record, text } from './shape.ts'

/** Text, or a list of short texts or codes. */
const words = either(text, listOf(text))
const tally = listOf(record({ role: text, count }))

/** g0 `{name, role?, phone?, note?}`, g1 `{role, initial?}`, g2 `{role}`, g3 `[{role, count}]`; each may be text instead. */
export const THIRD_PERSON: Ladder = {
  kind: 'third-person',
  rungs: {
    g0: exact(either(text, record({ name: text }, { role: text, phone: text, note: text }))),
    g1: authored(either(words, record({ role: text }, { initial: text }))),
    g2: authored(either(words, record({ role: text }))),
    g3: authored(either(words, tally)),
  },
  tables: [],
}

/** g0 `{name, town?, role?, sector?}`, g1 `{sector, size?}`, g2 `{sector, level?}`, g3 `{has}`; each may be text instead. */
export const EMPLOYER: Ladder = {
  kind: 'employer',
  rungs: {
    g0: exact(either(text, record({ name: text }, { town: text, role: text, sector: text }))),
    g1: authored(either(text, record({ sector: text }, { size: text }))),
    g2: authored(either(text, record({ sector: text }, { level: text }))),
    g3: authored(either(text, record({ has: flag }))),
  },
  tables: [],
}

/** g0 text, g1 care type, g2 care in place (text or true/false), g3 "health need: see clinician". */
export const DIAGNOSIS: Ladder = {
  kind: 'diagnosis',
  rungs: { g0: exact(words), g1: authored(words), g2: authored(either(words, flag)), g3: authored(text) },
  tables: [],
}

/** g0 verbatim, g1 coded themes, g2 direction of travel, g3 "addressed in mediation". */
export const RELIGION: Ladder = {
  kind: 'religion',
  rungs: { g0: exact(words), g1: authored(words), g2: authored(words), g3: authored(text) },
  tables: [],
}

/** g0 score (number, text, or `{score, scale?, method?, note?}`), g1 band, g2 trend, g3 "contact the author". Scores are never added up. */
export const RISK: Ladder = {
  kind: 'risk',
  rungs: {
    g0: exact(
      either(words, quantity, record({ score: either(text, quantity) }, { scale: text, method: text, note: text })),
    ),
    g1: authored(words),
    g2: authored(words),
    g3: authored(text),
  },
  tables: [],
}

/** g0 note, g1 sanitised statement with grading, g2 action advice, g3 "contact liaison officer"; g4 is silence. */
export const INTELLIGENCE: Ladder = {
  kind: 'intelligence',
  rungs: {
    g0: exact(text),
    g1: authored(either(text, record({ statement: text }, { grading: text }))),
    g2: authored(words),
    g3: authored(text),
  },
  tables: [],
}

/** g0 text, g1 excerpt that the author approved, g2 structured codes, g3 section count. */
export const FREE_TEXT: Ladder = {
  kind: 'free-text',
  rungs: { g0: exact(words), g1: authored(words), g2: authored(words), g3: authored(either(text, count)) },
  tables: [],
}

/** A scalar or structure of a native record: g0 or existence. */
export const PLAIN: Ladder = { kind: 'plain', rungs: { g0: exact(anything) }, tables: [] }
