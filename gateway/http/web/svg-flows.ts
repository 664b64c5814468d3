/** What went from whom to whom: organisations on both sides, and between them ribbons as wide as the count. */
import { html } from './html.ts'
import type { Html } from './html.ts'
import { label, picture, readingIn, whole } from './svg.ts'
import type { PictureGiven, Reading } from './svg.ts'

export interface Flow {
  readonly from: string
  readonly to: string
  readonly count: number
}

export interface FlowsGiven extends PictureGiven {
  /** Names of organisations. Flows of none are left out. */
  readonly flows: readonly Flow[]
  /** A number in the language of the page. */
  readonly number: (count: number) => string
}

const WIDTH = 720
const NAMES = 190
const BAR = 10
const GAP = 22
/** Height of all ribbons together: so much for each, up to a most; and of the least of them. */
const EACH = 80
const MOST = 240
const LEAST = 2
/** Different looks of ribbons; those beyond begin anew. */
const LOOKS = 6

interface End {
  readonly name: string
  readonly count: number
  readonly top: number
  readonly height: number
}

/** Most first on both sides; equal ones by name, so that the same counts give the same bytes. */
export function flowsPicture(given: FlowsGiven): Html {
  const flows = given.flows
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => other.count - one.count || order(one.from + one.to, other.from + other.to))
  const scale = Math.min(MOST, flows.length * EACH) / Math.max(1, sum(flows))
  const tall = ({ count }: Pick<Flow, 'count'>): number => Math.max(LEAST, count * scale)
  const senders = endsOf(flows, 'from', tall)
  const receivers = endsOf(flows, 'to', tall)
  const size = { width: WIDTH, height: Math.max(60, bottomOf(senders), bottomOf(receivers)) + GAP }
  const reading = readingIn(given.language, size)
  const ribbons = flows.map((flow, index) => {
    const before = flows.slice(0, index)
    const start = placeIn(senders, flow.from) + stacked(before, 'from', flow.from, tall)
    const end = placeIn(receivers, flow.to) + stacked(before, 'to', flow.to, tall)
    const look = senders.findIndex(({ name }) => name === flow.from) % LOOKS
    return ribbon(
      { start, end, height: tall(flow), look, said: `${flow.from} → ${flow.to}: ${given.number(flow.count)}` },
      reading,
    )
  })
  return picture(
    given,
    size,
    'flows',
    ribbons,
    senders.map((each) => end(each, 'from', given, reading)),
    receivers.map((each) => end(each, 'to', given, reading)),
  )
}

const order = (one: string, other: string): number => (one < other ? -1 : 1)

const sum = (flows: readonly Flow[]): number => flows.reduce((all, { count }) => all + count, 0)

type Side = 'from' | 'to'

function endsOf(flows: readonly Flow[], side: Side, tall: (flow: Flow) => number): readonly End[] {
  const names = [...new Set(flows.map((flow) => flow[side]))]
  const ends: End[] = []
  for (const name of names) {
    const own = flows.filter((flow) => flow[side] === name)
    const last = ends.at(-1)
    ends.push({
      name,
      count: sum(own),
      top: last === undefined ? GAP : last.top + last.height + GAP,
      height: Math.max(
        LEAST,
        own.reduce((all, flow) => all + tall(flow), 0),
      ),
    })
  }
  return ends
}

const bottomOf = (ends: readonly End[]): number =>
  ends.reduce((most, { top, height }) => Math.max(most, top + height), 0)

const placeIn = (ends: readonly End[], name: string): number => ends.find((each) => each.name === name)?.top ?? 0

const stacked = (before: readonly Flow[], side: Side, name: string, tall: (flow: Flow) => number): number =>
  before.filter((flow) => flow[side] === name).reduce((all, flow) => all + tall(flow), 0)

interface Ribbon {
  readonly start: number
  readonly end: number
  readonly height: number
  readonly look: number
  readonly said: string
}

function ribbon({ start, end: stop, height, look, said }: Ribbon, { point }: Reading): Html {
  const [left, right, middle] = [point(NAMES + BAR), point(WIDTH - NAMES - BAR), point(WIDTH / 2)]
  const [a, b, c, d] = [whole(start), whole(stop), whole(stop + height), whole(start + height)]
  const path = `M${left} ${a}C${middle} ${a} ${middle} ${b} ${right} ${b}V${c}C${middle} ${c} ${middle} ${d} ${left} ${d}Z`
  return html`<path class="flow flow-${look}" d="${path}"><title>${said}</title></path>`
}

function end({ name, count, top, height }: End, side: Side, { number }: FlowsGiven, reading: Reading): Html {
  const x = side === 'from' ? NAMES : WIDTH - NAMES - BAR
  const text = { y: top + height / 2, most: 24 } as const
  return html`<rect
      class="flow-end"
      x="${reading.box(x, BAR)}"
      y="${whole(top)}"
      width="${BAR}"
      height="${whole(height)}"
    ></rect>
    ${
      side === 'from'
        ? label(`${name} (${number(count)})`, { ...text, x: reading.point(x - 8), anchor: 'end' })
        : label(`${name} (${number(count)})`, { ...text, x: reading.point(x + BAR + 8) })
    }`
}
