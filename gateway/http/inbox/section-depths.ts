/** A step for each section that is to be read otherwise than the rest. */
import type { Depth } from '#gateway/core/choice.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { select } from '#gateway/http/web/kit.ts'
import { errorMessage } from '#gateway/http/web/kit-fields.ts'
import type { Visit } from '#gateway/http/web/route.ts'
import { sectionName } from './names.ts'

/** The field of one section's own depth. */
export const fieldOf = (section: string): string => `depth-${section}`

/** Depths of sections that differ from the one of all; undefined where one may not be chosen. */
export function sectionDepths(
  sent: URLSearchParams,
  depths: readonly Depth[],
): Readonly<Record<string, Depth>> | undefined {
  const chosen = chosenIn(sent)
  const known = chosen.flatMap(([id, text]) => {
    const depth = depths.find((one) => one === text)
    return depth === undefined ? [] : [[id, depth] as const]
  })
  return known.length === chosen.length ? Object.fromEntries(known) : undefined
}

const chosenIn = (sent: URLSearchParams): readonly (readonly [section: string, text: string])[] =>
  SECTIONS.map(({ id }) => [id, sent.get(fieldOf(id)) ?? ''] as const).filter(([, text]) => text !== '')

/** Whether any section is to be read otherwise. */
export const hasSectionDepths = (sent: URLSearchParams): boolean => chosenIn(sent).length > 0

/** One choice for each section, and nothing for most: as for all. */
export function sectionFields(
  visit: Visit,
  {
    sent,
    error,
    depths,
  }: { readonly sent: URLSearchParams; readonly error: string | undefined; readonly depths: readonly Depth[] },
): Html {
  const { t } = visit
  const items = [
    { value: '', text: t('inbox:choice.sectionAsAll') },
    ...depths.map((depth) => ({ value: depth, text: t(`inbox:depth.${depth}.name`) })),
  ]
  return html`<div id="sections">
    <p class="govuk-body">${t('inbox:choice.sectionsHint')}</p>
    ${errorMessage(t, 'sections', error)}
    <div class="beside is-even">
      ${SECTIONS.map(({ id }) =>
        select(t, { name: fieldOf(id), label: sectionName(visit, id), value: sent.get(fieldOf(id)) ?? '', items }),
      )}
    </div>
  </div>`
}
