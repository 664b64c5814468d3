/** Pictures made by the server: shapes with classes, a title and a description for those who hear them, and the same in words beside them. */
import type { PageLanguage } from '#gateway/core/account.ts'
import { html } from './html.ts'
import type { Html, Shown } from './html.ts'
import { DIRECTIONS } from './layout-head.ts'

export interface PictureGiven {
  /** Of its own on the page: letters, digits and hyphens. */
  readonly id: string
  readonly language: PageLanguage
  readonly title: string
  /** What it shows, in one or two sentences. */
  readonly description: string
  /** The table that says the same, or a link to where it stands: no picture is without. */
  readonly alternative: Html
}

/** Size in units of the picture; it grows and shrinks with the page. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A picture that is read as one image, and its alternative. */
export const picture = (
  given: PictureGiven,
  { width, height }: Size,
  kind: string,
  ...shapes: readonly Shown[]
): Html =>
  html`<figure class="picture ${kind}">
    <div class="picture-box" role="group" tabindex="0" aria-labelledby="${given.id}-title">
      <svg
        role="img"
        viewBox="0 0 ${whole(width)} ${whole(height)}"
        width="${whole(width)}"
        height="${whole(height)}"
        aria-labelledby="${given.id}-title ${given.id}-desc"
        focusable="false"
      >
        <title id="${given.id}-title">${given.title}</title>
        <desc id="${given.id}-desc">${given.description}</desc>
        ${shapes}
      </svg>
    </div>
    <figcaption>${given.alternative}</figcaption>
  </figure>`

/** Rounded to tenths: nobody sees more, and equal pictures have equal bytes. */
export const whole = (value: number): number => Math.round(value * 10) / 10

/** Places that count from where reading begins: from the right in Arabic. Text turns by itself, since its anchor is logical. */
export interface Reading {
  readonly point: (x: number) => number
  readonly box: (x: number, width: number) => number
}

export const readingIn = (language: PageLanguage, { width }: Size): Reading =>
  DIRECTIONS[language] === 'rtl'
    ? { point: (x) => whole(width - x), box: (x, wide) => whole(width - x - wide) }
    : { point: whole, box: whole }

interface LabelGiven {
  readonly x: number
  readonly y: number
  /** Most characters in a line. */
  readonly most: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly look?: string
}

const LINE_HEIGHT = 15

/** Text in one or two lines about a height; what does not fit ends in an ellipsis, and stands whole in the alternative. */
export function label(text: string, { x, y, most, anchor = 'start', look = 'picture-text' }: LabelGiven): Html {
  const lines = linesOf(text, most)
  const top = y - ((lines.length - 1) * LINE_HEIGHT) / 2
  return html`<text class="${look} is-${anchor}" x="${whole(x)}" y="${whole(top)}"
    >${lines.map(
      (line, index) => html`<tspan x="${whole(x)}" y="${whole(top + index * LINE_HEIGHT)}">${line}</tspan>`,
    )}</text
  >`
}

/** More than any two lines hold, so that a text of a megabyte costs no more than one of a line. */
const MOST_READ = 400

/** At most two lines, broken between words. */
export function linesOf(text: string, most: number): readonly string[] {
  const words = text
    .slice(0, MOST_READ)
    .split(/\s+/)
    .filter((word) => word !== '')
  const [first, rest] = taken(words, most)
  if (rest.length === 0) return [cut(first, most)]
  const [second, left] = taken(rest, most)
  return [cut(first, most), left.length === 0 ? cut(second, most) : cut(`${second} ${left.join(' ')}`, most)]
}

/** As many words as fit, at least one; and the others. */
function taken(words: readonly string[], most: number): readonly [string, readonly string[]] {
  const next = words.findIndex((_, index) => index > 0 && words.slice(0, index + 1).join(' ').length > most)
  const count = next < 0 ? words.length : next
  return [words.slice(0, count).join(' '), words.slice(count)]
}

/** What a reader takes for one character. */
const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

const cut = (text: string, most: number): string => {
  const characters = [...SEGMENTER.segment(text)].map(({ segment }) => segment)
  return characters.length > most
    ? `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
    : text
}
