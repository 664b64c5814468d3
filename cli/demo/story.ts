/** The story of the demo: what each member does, in order. Everything goes through the doors; nothing here reaches past them. */
import type { ChoiceText } from '#gateway/core/choice.ts'
import type { DemoCase } from './demo-case.ts'
import {
  BY_ASSOCIATION,
  ON_SENTENCE,
  answerTo,
  correctionOf,
  endOfCustodyNote,
  handoverOf,
  incidentAlert,
  informationResponse,
  intelligenceRequest,
  meetingRecord,
  missedAppointment,
  quarterlyReport,
  recallOf,
  recallOfCopy,
  referralOf,
  tooHighHandover,
} from './messages.ts'
import type { Stage } from './stage.ts'

/** One act; it answers what there is to tell beside its title. */
export interface Act {
  readonly title: string
  readonly play: (stage: Stage) => Promise<string>
}

/** How much history each recipient wants, where it has not chosen for one case. */
export const CHOICES: Readonly<Record<string, ChoiceText>> = {
  'prison-registry': { depth: 'D2' },
  'intelligence-desk': { depth: 'D4' },
  'probation-counsellor': { depth: 'D4' },
  'sentence-judge': { depth: 'D3' },
  'ministry-desk': { depth: 'D1', sections: { custody: 'D2', 'panel-decision': 'D2' } },
  'prefecture-desk': { depth: 'D2' },
  'pairs-social-worker': { depth: 'D1', sections: { family: 'D2' } },
  'pairs-psychologist': { depth: 'D3' },
  'pairs-mediator': { depth: 'D2', sections: { ideology: 'D3' }, optOut: ['life-course'] },
}

const PARENTHOOD = 'DEMO-001'
const ASKED_FOR = 'DEMO-003'
const DISPUTED = 'DEMO-004'
const INCIDENT = 'DEMO-005'
const LIFE_COURSE = 'DEMO-006'
const FULL_EVALUATION = 'DEMO-010'

const caseOf = ({ cases }: Stage, id: string): DemoCase => {
  const found = cases.find(({ caseId }) => caseId === id)
  if (found === undefined) throw new Error(`the demo misses ${id}`)
  return found
}
const referred = ({ cases }: Stage): readonly DemoCase[] => cases.filter(({ referral }) => referral !== undefined)

export const STORY: readonly Act[] = [
  {
    title: 'Every recipient chooses how much history it wants; the senders are not told',
    play: async (stage) => {
      await stage.choose('pairs-social-worker', { depth: 'D3', versions: 'standing' }, 'organisation')
      for (const [mandate, choice] of Object.entries(CHOICES)) await stage.choose(mandate, choice)
      return 'PAIRS as an organisation takes nothing deeper than D3'
    },
  },
  {
    title: 'The prison hands over twelve cases, in French and in English',
    play: async (stage) => {
      for (const entry of stage.cases) await stage.send('prison-registry', handoverOf(entry))
      await stage.everyoneReads()
      return `${stage.opened.length} parcels opened; prison intelligence got none, and PAIRS none yet`
    },
  },
  {
    title: 'Probation acknowledges each handover',
    play: async (stage) => {
      for (const { caseId } of stage.cases) {
        const handover = stage.lastRead('probation-counsellor', 'CaseHandover', caseId)
        await stage.send('probation-counsellor', answerTo('HandoverAck', handover, ON_SENTENCE))
      }
      return `${stage.cases.length} acknowledgements`
    },
  },
  {
    title: 'Probation refers some of them to the association PAIRS, which is bound by another regime (GDPR)',
    play: async (stage) => {
      for (const entry of referred(stage)) await stage.send('probation-counsellor', referralOf(entry))
      await stage.everyoneReads()
      return `${referred(stage).length} referrals; social worker, psychologist and mediator each see their own view`
    },
  },
  {
    title: 'PAIRS accepts, and names who follows each person',
    play: async (stage) => {
      for (const { caseId } of referred(stage)) {
        const referral = stage.lastRead('pairs-social-worker', 'Referral', caseId)
        const mandates = ['pairs-social-worker', 'pairs-psychologist', 'pairs-mediator']
        await stage.send('pairs-social-worker', answerTo('ReferralAccepted', referral, { ...BY_ASSOCIATION, mandates }))
      }
      return 'three named mandates for each'
    },
  },
  {
    title: 'Prison intelligence asks the prison about one case; the prison grants seven sections and refuses one',
    play: async (stage) => {
      await stage.send('intelligence-desk', intelligenceRequest(ASKED_FOR, stage.now))
      await stage.everyoneReads()
      const request = stage.lastRead('prison-registry', 'IntelligenceRequest', ASKED_FOR)
      await stage.send('prison-registry', informationResponse(request, stage.now))
      await stage.everyoneReads()
      const { items } = stage.lastRead('intelligence-desk', 'CaseHandover', ASKED_FOR)
      return `only now does it see that handover: ${items.length} items (CSI L.863-2)`
    },
  },
  {
    title: 'Prison intelligence sends probation the end-of-custody note: advice passes, the note itself does not',
    play: async (stage) => {
      await stage.send('intelligence-desk', endOfCustodyNote(ASKED_FOR, stage.now))
      await stage.everyoneReads()
      const note = stage.lastRead('probation-counsellor', 'EndOfCustodyNote', ASKED_FOR)
      await stage.send('probation-counsellor', answerTo('HandoverAck', note, ON_SENTENCE))
      return `on condition: ${note.conditions.join(', ')}`
    },
  },
  {
    title: 'A monthly meeting is recorded, and PAIRS reports on its quarter',
    play: async (stage) => {
      await stage.send('probation-counsellor', meetingRecord(PARENTHOOD, stage.now))
      await stage.send('pairs-social-worker', quarterlyReport(PARENTHOOD, stage.now))
      await stage.everyoneReads()
      return 'the judge receives both, as the law has it'
    },
  },
  {
    title: 'The prison alerts of a minor incident that is alleged and disputed; probation of a missed appointment',
    play: async (stage) => {
      await stage.send('prison-registry', incidentAlert(INCIDENT, stage.now))
      await stage.send('probation-counsellor', missedAppointment(DISPUTED, stage.now))
      await stage.everyoneReads()
      return 'with the person’s own words; the Justice ministry is sent nothing'
    },
  },
  {
    title: 'The social worker needs more for one case and pulls up from D1 to D3, with a reason and no permission',
    play: async (stage) => {
      const { jti, items } = stage.lastRead('pairs-social-worker', 'Referral', LIFE_COURSE)
      const reason = 'First meeting tomorrow: the plan has to take account of what the person lived through.'
      await stage.pullUp('pairs-social-worker', { delivery: jti, depth: 'D3', reason })
      await stage.everyoneReads()
      const deeper = stage.lastRead('pairs-social-worker', 'Referral', LIFE_COURSE)
      return `${items.length} items before, ${deeper.items.length} after; probation does not learn of it`
    },
  },
  {
    title: 'The prison corrects a birth date',
    play: async (stage) => {
      await stage.send('prison-registry', correctionOf(caseOf(stage, FULL_EVALUATION), 'birth-date', '1981-03-30'))
      await stage.everyoneReads()
      return answered(await acknowledge(stage, 'Correction', FULL_EVALUATION, ['prison-paris']))
    },
  },
  {
    title: 'The prison recalls what it should not have sent; probation recalls the copy it had handed on',
    play: async (stage) => {
      const entry = caseOf(stage, LIFE_COURSE)
      await stage.send('prison-registry', recallOf(entry, 'partner'))
      await stage.send('probation-counsellor', recallOfCopy(entry, 'partner'))
      await stage.everyoneReads()
      return answered(await acknowledge(stage, 'Recall', LIFE_COURSE, ['prison-paris', 'probation-paris']))
    },
  },
  {
    title: 'The prison sends an item classified SECRET by mistake: refused at the door, nothing stored',
    play: async (stage) =>
      `refused with ${await stage.sendInVain('prison-registry', tooHighHandover(caseOf(stage, LIFE_COURSE)))}`,
  },
]

/** Each organisation that a recall or correction reached answers it once; answers who did. */
async function acknowledge(
  stage: Stage,
  kind: string,
  caseId: string,
  senders: readonly string[],
): Promise<readonly string[]> {
  const reached = stage.opened.filter(
    (entry) => entry.projection.kind === kind && entry.caseId === caseId && senders.includes(entry.projection.sender),
  )
  const once = [
    ...new Map(
      reached.map((entry) => [`${entry.mandate.organisation} ${entry.record.messageId}`, entry] as const),
    ).values(),
  ]
  for (const { mandate, projection } of once) {
    const grounds = mandate.organisation === 'pairs-paris' ? BY_ASSOCIATION : ON_SENTENCE
    await stage.send(mandate.id, answerTo('RecallAck', projection, { ...grounds, action: 'deleted' }))
  }
  await stage.everyoneReads()
  return reached.map(({ mandate }) => mandate.id)
}

const answered = (mandates: readonly string[]): string =>
  `reached, and answered for: ${[...new Set(mandates)].toSorted().join(', ')}`
