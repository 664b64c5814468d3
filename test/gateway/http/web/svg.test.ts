/** Pictures made by the server: their alternative, their sizes, and that nothing in them runs or shows what is hidden. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { LEVELS } from '#policies/language/level.ts'
import { html, textOfHtml } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { flowsPicture } from '#gateway/http/web/svg-flows.ts'
import type { FlowsGiven } from '#gateway/http/web/svg-flows.ts'
import { heatMap } from '#gateway/http/web/svg-heat-map.ts'
import type { HeatMapGiven } from '#gateway/http/web/svg-heat-map.ts'
import { timelineStrip } from '#gateway/http/web/svg-timeline.ts'
import type { TimelineGiven } from '#gateway/http/web/svg-timeline.ts'
import { linesOf } from '#gateway/http/web/svg.ts'
import { samples } from '#test/support/samples.ts'
import { elementsOf } from '#test/support/markup.ts'

const given = {
  id: 'one',
  language: 'en',
  title: 'A title',
  description: 'A description.',
  alternative: html`<p>As a table</p>`,
} as const
const words = {
  nothing: 'nothing',
  existence: 'that',
  summary: 'summary',
  current: 'now',
  full: 'all',
  none: 'no rule',
}
const HEAT: HeatMapGiven = {
  ...given,
  words,
  columns: ['PAIRS', 'Probation'],
  rows: [
    { name: 'Needs', cells: ['full', 'nothing'] },
    { name: 'Health', cells: ['summary'] },
  ],
}
const FLOWS: FlowsGiven = {
  ...given,
  number: String,
  flows: [
    { from: 'Prison', to: 'PAIRS', count: 12 },
    { from: 'Prison', to: 'Probation', count: 4 },
    { from: 'Court', to: 'PAIRS', count: 8 },
    { from: 'Court', to: 'Nobody', count: 0 },
  ],
}
const TIMES: TimelineGiven = {
  ...given,
  day: (at) => `day ${at}`,
  sections: [
    { name: 'Needs', events: [10, 30] },
    { name: 'Contacts', events: [20] },
    { name: 'Hidden', events: [] },
  ],
}
const NASTY = '"><script>alert(1)</script><svg onload=alert(2)>&\u202e'

const pictures = (text: string): Readonly<Record<string, Html>> => ({
  heat: heatMap({
    ...HEAT,
    title: text,
    description: text,
    columns: [text],
    rows: [{ name: text, cells: [undefined] }],
  }),
  flows: flowsPicture({
    ...FLOWS,
    title: text,
    description: text,
    flows: [{ from: text, to: text, count: 1 }],
    number: () => text,
  }),
  times: timelineStrip({
    ...TIMES,
    title: text,
    description: text,
    day: () => text,
    sections: [{ name: text, events: [1] }],
  }),
})

describe('pictures made by the server', () => {
  it('have a title, a description and the same in words, each tied to the picture', () => {
    for (const made of [heatMap(HEAT), flowsPicture(FLOWS), timelineStrip(TIMES)].map(textOfHtml)) {
      assert.match(made, /role="img"/)
      assert.match(made, /aria-labelledby="one-title one-desc"/)
      assert.match(made, /<title id="one-title">A title<\/title>/)
      assert.match(made, /<desc id="one-desc">A description\.<\/desc>/)
      assert.match(made, /<figcaption><p>As a table<\/p><\/figcaption>/)
    }
  })

  it('H116 whatever stands in a name, a title or a date, a picture has the elements it has without it, and no style or script', () => {
    const plain = pictures('x')
    fc.assert(
      fc.property(fc.oneof(fc.constant(NASTY), fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        for (const [kind, made] of Object.entries(pictures(text))) {
          const elements = elementsOf(textOfHtml(made))
          const ours = new Set(elementsOf(textOfHtml(plain[kind] ?? html``)))
          for (const element of elements)
            assert.ok(ours.has(element) || element.startsWith('tspan'), `${kind}: ${element}`)
        }
      }),
      { numRuns: samples(20) },
    )
    for (const made of [heatMap(HEAT), flowsPicture(FLOWS), timelineStrip(TIMES)])
      assert.doesNotMatch(textOfHtml(made), / style=|<style| on[a-z]+=|<script|javascript:/)
  })

  it('H116 a name of a megabyte stands in the picture in two short lines', () => {
    for (const [kind, made] of Object.entries(pictures('<b> '.repeat(2 ** 18)))) {
      const lines = [...textOfHtml(made).matchAll(/<tspan[^>]*>([^<]*)</g)].map(([, line]) => line ?? '')
      assert.ok(lines.length > 0 && lines.every((line) => line.replaceAll(/&\w+;/g, '.').length < 40), kind)
    }
  })

  it('a heat map says each level by word and by as many bars, and where there is no rule', () => {
    const text = textOfHtml(heatMap(HEAT))
    for (const word of ['all', 'nothing', 'summary', 'no rule']) assert.ok(text.includes(`>${word}<`), word)
    // Four of four, none of four, two of four; no bars where there is no rule.
    assert.equal(text.split('heat-bar').length - 1, 12)
    assert.equal(text.split('is-full').length - 1, 6)
    assert.equal(LEVELS.length, 5)
  })

  it('a heat map is as wide as its columns and as high as its rows', () => {
    const size = (columns: number, rows: number): string | undefined =>
      /viewBox="0 0 ([\d ]+)"/.exec(
        textOfHtml(
          heatMap({
            ...HEAT,
            columns: Array.from({ length: columns }, (_, index) => `column ${index}`),
            rows: Array.from({ length: rows }, (_, index) => ({ name: `row ${index}`, cells: [] })),
          }),
        ),
      )?.[1]
    assert.equal(size(2, 3), '440 162')
    assert.equal(size(10, 20), '1336 808')
  })

  it('ribbons are as wide as what went, none for nothing, and most stands first', () => {
    const text = textOfHtml(flowsPicture(FLOWS))
    const said = [...text.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title)
    assert.deepEqual(said, ['Prison → PAIRS: 12', 'Court → PAIRS: 8', 'Prison → Probation: 4'])
    const heights = [...text.matchAll(/<rect[^>]*class="flow-end"[^>]*height="([\d.]+)"/g)].map(([, height]) =>
      Number(height),
    )
    assert.deepEqual(heights, [160, 80, 200, 40])
  })

  it('one ribbon alone is no wall', () => {
    const text = textOfHtml(flowsPicture({ ...FLOWS, flows: FLOWS.flows.slice(0, 1) }))
    assert.match(text, /viewBox="0 0 720 124"/)
  })

  it('the order in which flows come changes nothing', () => {
    const turned = { ...FLOWS, flows: FLOWS.flows.toReversed() }
    assert.equal(textOfHtml(flowsPicture(turned)), textOfHtml(flowsPicture(FLOWS)))
  })

  it('no flows at all make a picture that is empty', () => {
    assert.match(textOfHtml(flowsPicture({ ...FLOWS, flows: [] })), /viewBox="0 0 720 82"/)
  })

  it('a line of time has a row for each section with events, and shows no place of a section without', () => {
    const text = textOfHtml(timelineStrip(TIMES))
    const without = { ...TIMES, sections: TIMES.sections.slice(0, 2) }
    assert.equal(text, textOfHtml(timelineStrip(without)))
    assert.equal(text.split('<circle').length - 1, 3)
    assert.ok(text.includes('day 10') && text.includes('day 30'))
  })

  it('one event stands in the middle, and none makes an empty line', () => {
    const one = textOfHtml(timelineStrip({ ...TIMES, sections: [{ name: 'Needs', events: [5] }] }))
    assert.match(one, /cx="468"/)
    assert.equal(one.split('>day 5<').length - 1, 2)
    assert.doesNotMatch(textOfHtml(timelineStrip({ ...TIMES, sections: [] })), /circle|day/)
  })

  it('reading from the right, what stood at one side stands as far from the other', () => {
    const place = (language: 'en' | 'ar'): readonly number[] =>
      [...textOfHtml(timelineStrip({ ...TIMES, language })).matchAll(/cx="([\d.]+)"/g)].map(([, x]) => Number(x))
    assert.deepEqual(
      place('ar'),
      place('en').map((x) => 720 - x),
    )
    assert.notEqual(textOfHtml(flowsPicture({ ...FLOWS, language: 'ar' })), textOfHtml(flowsPicture(FLOWS)))
  })

  it('a name stands in at most two lines, none longer than it may be, and whole where it fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zé]{1,20}$/), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 4, max: 30 }),
        (parts, most) => {
          const text = parts.join(' ')
          const lines = linesOf(text, most)
          assert.ok(lines.length <= 2)
          for (const line of lines) assert.ok(line.length <= most)
          if (text.length <= most) assert.deepEqual(lines, [text])
          else assert.ok(lines.join(' ') === text || lines.some((line) => line.endsWith('…')))
        },
      ),
    )
    assert.deepEqual(linesOf('Informations sur la santé', 14), ['Informations', 'sur la santé'])
  })
})
