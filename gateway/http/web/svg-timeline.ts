/** The events of a case on a line of time, one row for each section. It takes what is shown, and so has no place for what is not. */
import type { Instant } from '#policies/language/instant.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { label, picture, readingIn, whole } from './svg.ts'
import type { PictureGiven } from './svg.ts'

export interface TimelineGiven extends PictureGiven {
  /** In the order of the rows; a section without events has no row. */
  readonly sections: readonly { readonly name: string; readonly events: readonly Instant[] }[]
  /** A day in the language and zone of the page. */
  readonly day: (at: Instant) => string
}

const WIDTH = 720
const NAMES = 216
const ROW = 36
const AXIS = 34
const EDGE = 50

/** The line reaches from the first event that is shown to the last. */
export function timelineStrip(given: TimelineGiven): Html {
  const rows = given.sections.filter(({ events }) => events.length > 0)
  const all = rows.flatMap(({ events }) => events)
  const first = Math.min(...all)
  const last = Math.max(...all)
  const size = { width: WIDTH, height: rows.length * ROW + AXIS }
  const reading = readingIn(given.language, size)
  const line = WIDTH - NAMES - 2 * EDGE
  const placeOf = (at: Instant): number =>
    reading.point(NAMES + EDGE + (first === last ? line / 2 : ((at - first) / (last - first)) * line))
  const drawn = rows.map(({ name, events }, row) => {
    const y = row * ROW + ROW / 2
    return [
      label(name, { x: reading.point(0), y, most: 26, look: 'picture-head' }),
      html`<line
        class="time-line"
        x1="${reading.point(NAMES)}"
        x2="${reading.point(WIDTH)}"
        y1="${y}"
        y2="${y}"
      ></line>`,
      events.map(
        (at) =>
          html`<circle class="time-point" cx="${placeOf(at)}" cy="${y}" r="6"><title>${given.day(at)}</title></circle>`,
      ),
    ]
  })
  const ends = all.length === 0 ? [] : [...new Set([first, last])]
  const marks = ends.map((at) =>
    label(given.day(at), { x: placeOf(at), y: whole(rows.length * ROW + AXIS / 2), most: 22, anchor: 'middle' }),
  )
  return picture(given, size, 'time-strip', drawn, marks)
}
