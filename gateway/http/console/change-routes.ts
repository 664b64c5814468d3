/** Pages on which officers change policy together, and auditors read what became of it. */
import type { WebRoute } from '#gateway/http/web/route.ts'
import { approvalPage, approvePost, reviewPost, sendBackPost } from './approval.ts'
import { dropExamplePost, dropPost, rebasePost, submitPost, titlePost, withdrawPost } from './change-acts.ts'
import { changePage } from './change.ts'
import { changesPage, newChange } from './changes.ts'
import { effectPage, effectPost } from './effect.ts'
import { startNowPost, startPage, startPost, undoPost } from './start.ts'
import { adoptPost, comparePage, returnPost, versionsPage } from './versions.ts'
import { decisionPage, whyPage, whySearch } from './why.ts'
import { examplePost } from './why-example.ts'
import { withholdAsk, withholdPage, withholdSign } from './withhold.ts'

const READERS = ['officer', 'auditor'] as const
const OFFICERS = ['officer'] as const

export const CHANGE_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/changes', who: READERS, answer: changesPage },
  { method: 'post', path: '/changes', who: OFFICERS, answer: newChange },
  { method: 'get', path: '/changes/:id', who: READERS, answer: changePage },
  { method: 'post', path: '/changes/:id/title', who: OFFICERS, answer: titlePost },
  { method: 'post', path: '/changes/:id/drop', who: OFFICERS, answer: dropPost },
  { method: 'post', path: '/changes/:id/drop-example', who: OFFICERS, answer: dropExamplePost },
  { method: 'post', path: '/changes/:id/rebase', who: OFFICERS, answer: rebasePost },
  { method: 'post', path: '/changes/:id/withdraw', who: OFFICERS, answer: withdrawPost },
  { method: 'post', path: '/changes/:id/submit', who: OFFICERS, answer: submitPost },
  { method: 'get', path: '/changes/:id/effect', who: READERS, answer: effectPage },
  { method: 'post', path: '/changes/:id/effect', who: OFFICERS, answer: effectPost },
  { method: 'get', path: '/changes/:id/approve', who: OFFICERS, answer: approvalPage },
  { method: 'post', path: '/changes/:id/approve', who: OFFICERS, answer: approvePost },
  { method: 'post', path: '/changes/:id/review', who: OFFICERS, answer: reviewPost },
  { method: 'post', path: '/changes/:id/send-back', who: OFFICERS, answer: sendBackPost },
  { method: 'get', path: '/changes/:id/start', who: OFFICERS, answer: startPage },
  { method: 'post', path: '/changes/:id/start', who: OFFICERS, answer: startPost },
  { method: 'post', path: '/changes/:id/start-now', who: OFFICERS, isSteppedUp: true, answer: startNowPost },
  { method: 'post', path: '/changes/:id/undo', who: OFFICERS, isSteppedUp: true, answer: undoPost },
  { method: 'get', path: '/versions', who: READERS, answer: versionsPage },
  { method: 'get', path: '/versions/compare', who: READERS, answer: comparePage },
  { method: 'post', path: '/versions/return', who: OFFICERS, answer: returnPost },
  { method: 'post', path: '/versions/adopt', who: OFFICERS, answer: adoptPost },
  { method: 'get', path: '/versions/withhold', who: OFFICERS, answer: withholdPage },
  { method: 'post', path: '/versions/withhold', who: OFFICERS, answer: withholdAsk },
  { method: 'post', path: '/versions/withhold/sign', who: OFFICERS, answer: withholdSign },
  { method: 'get', path: '/why', who: READERS, answer: whyPage },
  { method: 'post', path: '/why', who: READERS, answer: whySearch },
  { method: 'get', path: '/why/:delivery', who: READERS, answer: decisionPage },
  { method: 'post', path: '/why/:delivery/example', who: OFFICERS, answer: examplePost },
]
