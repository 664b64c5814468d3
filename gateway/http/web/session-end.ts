/** When a sign-in ends, and how long a page may stand before its reader is told so. */
import type { Instant } from '#policies/language/instant.ts'
import { SESSION_LIMITS_MS } from '#gateway/core/account.ts'
import type { Session } from '#gateway/core/account.ts'
import { textOfHtml } from './html.ts'
import type { Html } from './html.ts'

/** WCAG 2.2 §2.2.1: long enough before the end to stay signed in by one press. */
const NOTICE_MS = 2 * 60_000

/** How far back the last sight may have been written (visitor.ts). */
const SEEN_WITHIN_MS = 30_000

/** When it ends if nothing more is asked for after this. */
export const signInEndsAt = ({ computer, beganAt }: Session, at: Instant): Instant =>
  Math.min(at - SEEN_WITHIN_MS + SESSION_LIMITS_MS[computer].idle, beganAt + SESSION_LIMITS_MS[computer].whole)

/** The Refresh header that takes a page to the notice in time, without a script; from there people come back to it. */
export const refreshToNotice = (session: Session, at: Instant, path: string): string => {
  const seconds = Math.max(0, Math.floor((signInEndsAt(session, at) - NOTICE_MS - at) / 1000))
  return `${seconds}; url=/sign-in/expiring?to=${encodeURIComponent(path)}`
}

const FORM_TO_SEND = /<form(?=[^>]*\smethod="post").*?<\/form>/gs
const FIELD_TO_FILL = /<(?:textarea|select|input(?![^>]*\stype="hidden"))[\s>]/

/** Whether a form is filled in on a page, by ticks, choices or words: what is on it is not taken away; sent too late, it is kept. */
export const isFilledIn = (body: Html): boolean =>
  (textOfHtml(body).match(FORM_TO_SEND) ?? []).some((form) => FIELD_TO_FILL.test(form))
