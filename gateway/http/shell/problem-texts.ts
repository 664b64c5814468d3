/** What a problem says in words, in English and French, by code; about the kind of problem, never about this request. */
import { PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { LOG_TEXTS } from './texts/log.ts'
import { MEMBER_TEXTS } from './texts/members.ts'
import { MESSAGE_TEXTS } from './texts/messages.ts'
import { REQUEST_TEXTS } from './texts/requests.ts'
import type { Texts } from './texts/texts-of.ts'
import { TRUST_LIST_TEXTS } from './texts/trust-list.ts'

export const LANGUAGES = ['en', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]

const TEXTS: Readonly<Record<ProblemCode, Texts>> = {
  ...MEMBER_TEXTS,
  ...MESSAGE_TEXTS,
  ...REQUEST_TEXTS,
  ...LOG_TEXTS,
  ...TRUST_LIST_TEXTS,
}

/** Title and detail of a problem in one language. */
export function textOf(code: ProblemCode, language: Language): { readonly title: string; readonly detail: string } {
  const [titleFr, detailEn, detailFr] = TEXTS[code]
  return language === 'fr' ? { title: titleFr, detail: detailFr } : { title: PROBLEMS[code].title, detail: detailEn }
}

/** The title of a code that may be one of ours; undefined for any other. */
export function titleOf(code: string, language: Language): string | undefined {
  return isProblemCode(code) ? textOf(code, language).title : undefined
}

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code)
