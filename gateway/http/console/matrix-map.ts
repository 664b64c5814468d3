/** The matrix as one picture: how much of each section goes to whom. */
import { html } from '#gateway/http/web/html.ts'
import { link } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { heatMap } from '#gateway/http/web/svg-heat-map.ts'
import { readMatrix } from '#gateway/rooms/read-policy.ts'
import { versionLine } from './matrix.ts'
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import { levelWord } from './names.ts'

export async function matrixMapPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, language } = visit
  const matrix = await readMatrix(visit.deps)
  if (matrix === undefined) return { kind: 'problem', problem: { code: 'not-found' } }
  const { policy, rows, origin } = matrix
  const picture = heatMap({
    id: 'matrix',
    language,
    title: t('console:map.title'),
    description: t('console:map.description', {
      sections: rows.length,
      recipients: policy.set.vocabulary.recipientTypes.length,
    }),
    alternative: html`${link(t('console:map.table'), '/policy')}`,
    columns: policy.set.vocabulary.recipientTypes.map((type) => typeName(language, type)),
    rows: rows.map((cells) => ({
      name: sectionName(language, cells[0]?.section ?? ''),
      cells: cells.map(({ state, level }) => (state === 'no-rule' ? undefined : level)),
    })),
    words: {
      nothing: levelWord(t, 'nothing'),
      existence: levelWord(t, 'existence'),
      summary: levelWord(t, 'summary'),
      current: levelWord(t, 'current'),
      full: levelWord(t, 'full'),
      none: t('console:level.none'),
    },
  })
  return page({
    title: t('console:map.title'),
    body: html`${versionLine(visit, policy, origin)} ${picture}`,
    back: { href: '/policy', text: t('console:map.back') },
    area: 'policy',
    isWide: true,
  })
}
