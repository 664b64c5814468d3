/** Pages on which officers and auditors read the policy, and officers edit its cells. */
import type { WebRoute } from '#gateway/http/web/route.ts'
import { cellPage, cellPost } from './cell.ts'
import { dropPost, examplesPage, keepPost } from './examples.ts'
import { matrixMapPage } from './matrix-map.ts'
import { matrixPage } from './matrix.ts'
import { recipientPage } from './recipient.ts'
import { seeAsPage } from './see-as.ts'
import { seeRealPage } from './see-real.ts'
import { warningsPage } from './warnings.ts'
import { widthPage } from './width.ts'

const READERS = ['officer', 'auditor'] as const

export const POLICY_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/policy', who: READERS, answer: matrixPage },
  { method: 'get', path: '/policy/map', who: READERS, answer: matrixMapPage },
  { method: 'get', path: '/policy/recipients/:type', who: READERS, answer: recipientPage },
  { method: 'get', path: '/policy/warnings', who: READERS, answer: warningsPage },
  { method: 'get', path: '/policy/width/:change', who: READERS, answer: widthPage },
  { method: 'get', path: '/policy/cells/:recipientType/:section', who: READERS, answer: cellPage },
  { method: 'post', path: '/policy/cells/:recipientType/:section', who: ['officer'], answer: cellPost },
  { method: 'get', path: '/see-as', who: READERS, answer: seeAsPage },
  { method: 'get', path: '/examples', who: READERS, answer: examplesPage },
  { method: 'post', path: '/examples', who: ['officer'], answer: keepPost },
  { method: 'post', path: '/examples/drop', who: ['officer'], answer: dropPost },
  { method: 'post', path: '/see-as/real', who: ['officer'], answer: seeRealPage },
]
