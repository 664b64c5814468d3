/** What people of a hosted inbox say, at rest: their texts, answers and earlier choices are sealed under the case. */
import type { Place } from '#gateway/ports/vault.ts'
import type { Ask, AskAnswer } from '#gateway/core/ask.ts'
import type { Asks, InboxAnswer, InboxWords, VisitChoice } from '#gateway/ports/asks.ts'
import { flatMapped, ofCase, openJson, parked, sealJson, unparked } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const askPlace = (id: string): Place => ({ table: 'asks', row: `${id} said` })
const answerPlace = (id: string): Place => ({ table: 'asks', row: `${id} answer` })

/** Stands where nothing is kept in the open. */
const CLOSED = { caseName: '', purpose: '', urgency: 'week', sections: [] } as const
type Said = Pick<Ask, 'caseName' | 'sections' | 'purpose' | 'urgency' | 'text'>

/** The `asks` part of a sealed store: those of an erased case are gone from it. */
export function sealedAsks(inner: Asks, sealing: Sealing): Asks {
  const opened = async (row: Ask): Promise<readonly Ask[]> => {
    const caseId = await sealing.caseOf(row.caseId)
    const said = await openJson<Said>(sealing, askPlace(row.id), row.text, row.caseId)
    if (caseId === undefined || said === undefined) return []
    if (row.answer === undefined) return [{ ...row, ...said, caseId }]
    const answer = await openJson<AskAnswer>(sealing, answerPlace(row.id), unparked(row.answer), row.caseId)
    return answer === undefined ? [] : [{ ...row, ...said, caseId, answer }]
  }
  /** As many as are wanted, while there are: what was erased stands in nobody's place. */
  const filled = async (limit: number, first: (most: number) => Promise<readonly Ask[]>): Promise<readonly Ask[]> => {
    for (let most = limit; ; most *= 2) {
      const rows = await first(most)
      const found = await flatMapped(rows, opened)
      if (found.length >= limit || rows.length < most) return found.slice(0, limit)
    }
  }
  return {
    add: async (ask) => {
      const caseId = await sealing.aliasFor(ask.caseId)
      const { caseName, sections, purpose, urgency, text } = ask
      const said: Said = { caseName, sections, purpose, urgency, text }
      await inner.add({ ...ask, ...CLOSED, caseId, text: await sealJson(sealing, caseId, askPlace(ask.id), said) })
    },
    get: async (id) => {
      const row = await inner.get(id)
      return row === undefined ? undefined : (await opened(row))[0]
    },
    ofCase: (caseId, mandate) =>
      ofCase(sealing, caseId, [], async (alias) => flatMapped(await inner.ofCase(alias, mandate), opened)),
    ofMandate: async (request) => {
      const found: Ask[] = []
      // A short page means the end, so what was erased must not shorten one.
      for (let next = request; ;) {
        const page = await inner.ofMandate({ ...next, limit: request.limit - found.length })
        found.push(...(await flatMapped(page, opened)))
        const last = page.at(-1)
        if (last === undefined || found.length >= request.limit) return found
        next = { ...request, before: last.askedAt }
      }
    },
    open: (limit) => filled(limit, inner.open),
    overdue: (now, limit) => filled(limit, (most) => inner.overdue(now, most)),
    escalate: async (ask, at) => inner.escalate({ ...ask, caseId: await sealing.aliasFor(ask.caseId) }, at),
    answer: async (ask, answered) => {
      const caseId = await sealing.aliasFor(ask.caseId)
      const answer = parked<AskAnswer>(await sealJson(sealing, caseId, answerPlace(ask.id), answered.answer))
      return inner.answer({ ...ask, caseId }, { ...answered, answer })
    },
  }
}

const wordPlace = ({ messageId, mandate }: Pick<InboxAnswer, 'messageId' | 'mandate'>): Place => ({
  table: 'inbox_answers',
  row: `${messageId} ${mandate}`,
})
const visitPlace = ({ caseId, mandate }: Pick<VisitChoice, 'caseId' | 'mandate'>): Place => ({
  table: 'visit_choices',
  row: `${caseId} ${mandate}`,
})
type Word = Pick<InboxAnswer, 'reason' | 'referents' | 'firstAppointment'>

/** The `inbox` part of a sealed store. */
export const sealedInbox = (inner: InboxWords, sealing: Sealing): InboxWords => ({
  answer: async ({ reason, referents, firstAppointment, ...rest }) => {
    const caseId = await sealing.aliasFor(rest.caseId)
    const word: Word = {
      referents,
      ...(reason === undefined ? {} : { reason }),
      ...(firstAppointment === undefined ? {} : { firstAppointment }),
    }
    const sealed = await sealJson(sealing, caseId, wordPlace(rest), word)
    return inner.answer({ ...rest, caseId, referents: [], firstAppointment: sealed })
  },
  answersTo: async (messageId) =>
    flatMapped(await inner.answersTo(messageId), async ({ firstAppointment: sealed = '', ...row }) => {
      const caseId = await sealing.caseOf(row.caseId)
      const word = await openJson<Word>(sealing, wordPlace(row), sealed, row.caseId)
      return caseId === undefined || word === undefined ? [] : [{ ...row, caseId, ...word }]
    }),
  deepen: async (visit) => {
    const caseId = await sealing.aliasFor(visit.caseId)
    const inside = { ...visit, caseId }
    const before = parked<VisitChoice['before']>(await sealJson(sealing, caseId, visitPlace(inside), visit.before))
    await inner.deepen({ ...inside, before })
  },
  deepened: (caseId, mandate) =>
    ofCase(sealing, caseId, undefined, async (alias) => {
      const row = await inner.deepened(alias, mandate)
      if (row === undefined) return undefined
      const before = await openJson<VisitChoice['before']>(sealing, visitPlace(row), unparked(row.before), alias)
      return before === undefined ? undefined : { ...row, caseId, before }
    }),
  endDeepening: (caseId, mandate) => ofCase(sealing, caseId, undefined, (alias) => inner.endDeepening(alias, mandate)),
})
