/** The policy as a heat map: sections down, recipients across, how much of each; by colour, by bars and by word. */
import { rankOf, LEVELS } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { label, picture, readingIn } from './svg.ts'
import type { PictureGiven, Reading } from './svg.ts'

export interface HeatMapGiven extends PictureGiven {
  readonly columns: readonly string[]
  /** Cells in the order of the columns; undefined where no rule says anything, and so nothing goes out. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly (Level | undefined)[] }[]
  /** One or two words for each level, and for where there is no rule. */
  readonly words: Readonly<Record<Level | 'none', string>>
}

const NAMES = 216
const CELL = { width: 112, height: 38 }
const HEADS = 48
const BAR = { width: 6, gap: 2, height: 14 }

/** As wide as its columns and as high as its rows. */
export function heatMap(given: HeatMapGiven): Html {
  const size = { width: NAMES + given.columns.length * CELL.width, height: HEADS + given.rows.length * CELL.height }
  const reading = readingIn(given.language, size)
  const heads = given.columns.map((name, column) =>
    label(name, { x: reading.point(NAMES + column * CELL.width + 8), y: HEADS / 2, most: 13, look: 'picture-head' }),
  )
  const rows = given.rows.map(({ name, cells }, row) => {
    const y = HEADS + row * CELL.height
    const drawn = given.columns.map((_, column) =>
      cell(cells[column], given.words, { x: NAMES + column * CELL.width, y, reading }),
    )
    return [label(name, { x: reading.point(0), y: y + CELL.height / 2, most: 26, look: 'picture-head' }), drawn]
  })
  return picture(given, size, 'heat-map', heads, rows)
}

function cell(
  level: Level | undefined,
  words: HeatMapGiven['words'],
  { x, y, reading }: { readonly x: number; readonly y: number; readonly reading: Reading },
): Html {
  const bars = LEVELS.slice(1).map((_, index) => {
    const place = reading.box(x + 8 + index * (BAR.width + BAR.gap), BAR.width)
    const isFull = level !== undefined && index < rankOf(level)
    return html`<rect
      class="heat-bar${isFull && ' is-full'}"
      x="${place}"
      y="${y + 12}"
      width="${BAR.width}"
      height="${BAR.height}"
    ></rect>`
  })
  return html`<g class="heat-cell${level === undefined && ' is-none'}">
    <rect
      class="heat heat-${level ?? 'none'}"
      x="${reading.box(x + 1, CELL.width - 2)}"
      y="${y + 1}"
      width="${CELL.width - 2}"
      height="${CELL.height - 2}"
    ></rect>
    ${level !== undefined && bars}
    ${label(words[level ?? 'none'], { x: reading.point(x + (level === undefined ? 8 : 44)), y: y + CELL.height / 2, most: level === undefined ? 15 : 10, look: 'heat-word' })}
  </g>`
}
