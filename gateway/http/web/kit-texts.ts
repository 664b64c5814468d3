/** Texts of cases and people as they may be shown, and times. */
import type { Instant } from '#policies/language/instant.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { PageLanguage } from '#gateway/core/account.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Visit } from './route.ts'
import type { Words } from './words.ts'

/** Most UTF-16 units of one text that are shown on a page. */
export const MAX_SHOWN_UNITS = 100_000

/**
 * Controls other than tab and line breaks; embeddings, overrides and isolates of direction; characters without width; language tags.
 * Marks and joiners that Arabic and Persian need stay (U+061C, U+200C to U+200F).
 */
const INVISIBLE =
  /((?![\t\n\r])\p{Cc}|[\u200B\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Cs})/u

/** `U+202E` */
const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/**
 * Text that somebody wrote: in its own language and direction, closed in, so that nothing in it turns or joins what stands around it.
 * What cannot be seen is named. A text too long for a page is cut, and the page says so.
 * @param lang BCP 47 tag of the text; undefined when nobody said it, and then no language is claimed.
 */
export function caseText(t: Words, text: string, lang: string | undefined): Html {
  const isCut = text.length > MAX_SHOWN_UNITS
  const shown = isCut ? text.slice(0, MAX_SHOWN_UNITS) : text
  const parts = shown
    .split(INVISIBLE)
    .map((part, index) => (index % 2 === 0 ? part : html`<span class="unseen">${nameOf(part)}</span>`))
  const made = html`<span class="case-text" lang="${lang ?? ''}" dir="auto">${parts}</span>`
  return isCut ? html`${made} <strong class="cut">${t('kit.cut')}</strong>` : made
}

/** French and English as in Europe; Arabic with Latin digits, as in the Maghreb. */
const LOCALES: Readonly<Record<PageLanguage, string>> = { en: 'en-GB', fr: 'fr-FR', ar: 'ar-MA' }

const STYLES = {
  day: { dateStyle: 'long' },
  minute: { dateStyle: 'long', timeStyle: 'short' },
  short: { dateStyle: 'short', timeStyle: 'short' },
  time: { timeStyle: 'short' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format takes far longer than using it. */
function formatFor(language: PageLanguage, style: keyof typeof STYLES, timeZone: string): Intl.DateTimeFormat {
  const key = `${language} ${style} ${timeZone}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], { ...STYLES[style], timeZone })
  formats.set(key, format)
  return format
}

/** A moment as words, in the language of the page and the time zone of the gateway. */
export const timeWords = (
  { language, deps }: Pick<Visit, 'language' | 'deps'>,
  instant: Instant,
  style: keyof typeof STYLES = 'minute',
): string => formatFor(language, style, deps.web.timeZone).format(instant)

/** The same as an element that machines can read too. */
export const dateTime = (
  visit: Pick<Visit, 'language' | 'deps'>,
  instant: Instant,
  style: keyof typeof STYLES = 'minute',
): Html => html`<time datetime="${printInstant(instant)}">${timeWords(visit, instant, style)}</time>`
