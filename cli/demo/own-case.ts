/** A message of their own for a newcomer to change and send: written beside the demo's network, whole and valid. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { referralOf } from './messages.ts'
import { toItem } from './demo-case.ts'

const ROWS = [
  { term: 'full-name', value: 'Your Invented Person' },
  { term: 'obligation-support', value: 'Meet the support team once a week.', rungs: { g2: ['weekly-support'] } },
  { term: 'next-appointment', value: 'day+3' },
  { term: 'strength', value: 'Plays chess, and loses with grace.', rungs: { g2: ['sociable'] } },
  { term: 'own-wish', value: 'To be called by the first name.' },
  { term: 'mediation-themes', value: 'Only the mediator needs this sentence.', rungs: { g2: ['open-dialogue'] } },
] as const

export const OWN_CASE_FILE = 'my-case.json'

/** Answers the path. It is a referral from probation, so that the association can read it. */
export async function writeOwnCase(folder: string, now: number): Promise<string> {
  const author = { role: 'probation-officer', service: 'probation-paris' }
  const items = ROWS.map((row, index) =>
    toItem({ ago: 3, ...row }, { seed: `own ${now} ${index}`, lang: 'en', author, now }),
  )
  const message = {
    ...referralOf({
      caseId: 'MY-CASE-1',
      title: '',
      titles: { en: '', fr: '' },
      facts: {},
      items: [],
      referral: items,
    }),
    facts: { site: 'paris', careTeam: 'pairs-team-1', minor: false },
  }
  const path = join(folder, OWN_CASE_FILE)
  await writeFile(path, `${JSON.stringify(message, null, 2)}\n`)
  return path
}
