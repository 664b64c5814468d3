/** How much of each section a depth admits: D0 contact only … D4 full permitted (`domain.md` §3.5). */
import type { Depth } from '#gateway/core/choice.ts'
import type { Level } from '#policies/language/level.ts'
import { SECTION_IDS } from './section.ts'
import type { SectionId } from './section.ts'

export const DEPTH_TABLE_VERSION = 'passerelle-depths/1'

type Line = Readonly<Record<SectionId, Level>>

const every = (level: Level): Line => ({
  identity: level,
  custody: level,
  measures: level,
  'release-plan': level,
  'third-parties': level,
  evaluation: level,
  'risk-needs': level,
  'protective-factors': level,
  ideology: level,
  'violent-risk': level,
  mediation: level,
  psychology: level,
  health: level,
  accommodation: level,
  employment: level,
  finance: level,
  family: level,
  network: level,
  lifestyle: level,
  'life-course': level,
  incidents: level,
  programmes: level,
  intelligence: level,
  contacts: level,
  transfers: level,
  'quarterly-report': level,
  'meeting-record': level,
  'panel-decision': level,
  closure: level,
  'own-statement': level,
  handling: level,
})

const CONTACT_ONLY: Line = {
  ...every('nothing'),
  identity: 'summary',
  measures: 'current',
  'release-plan': 'summary',
  contacts: 'summary',
}

const ESSENTIALS: Line = {
  ...CONTACT_ONLY,
  identity: 'current',
  'release-plan': 'current',
  contacts: 'current',
  'risk-needs': 'summary',
  'protective-factors': 'current',
  health: 'current',
  accommodation: 'current',
  employment: 'current',
  finance: 'current',
  'own-statement': 'current',
  handling: 'summary',
}

const CURRENT_PICTURE: Line = {
  ...ESSENTIALS,
  custody: 'current',
  'third-parties': 'current',
  evaluation: 'current',
  'risk-needs': 'current',
  ideology: 'summary',
  'violent-risk': 'current',
  mediation: 'current',
  psychology: 'current',
  family: 'current',
  network: 'current',
  lifestyle: 'current',
  'life-course': 'summary',
  incidents: 'summary',
  programmes: 'current',
  intelligence: 'summary',
  transfers: 'current',
  'quarterly-report': 'summary',
  'meeting-record': 'summary',
  'panel-decision': 'current',
  closure: 'current',
  handling: 'current',
}

/** Highest level that each depth admits of what is not past. D3 admits past versions too, within the reach; narrow.ts says which. */
export const DEPTH_TABLE: Readonly<Record<Depth, Line>> = {
  D0: CONTACT_ONLY,
  D1: ESSENTIALS,
  D2: CURRENT_PICTURE,
  D3: every('current'),
  D4: every('full'),
}

const KNOWN: ReadonlySet<string> = new Set(SECTION_IDS)
const isSectionId = (name: string): name is SectionId => KNOWN.has(name)

/**
 * Highest level that a depth admits of a section. A section of another vocabulary (a native record) has no line of its own:
 * D4 admits all of it, D3 the current, a lesser depth nothing. Whether it passes at all is policy's to say.
 */
export const admittedLevel = (depth: Depth, section: string): Level =>
  isSectionId(section) ? DEPTH_TABLE[depth][section] : depth === 'D4' ? 'full' : depth === 'D3' ? 'current' : 'nothing'
