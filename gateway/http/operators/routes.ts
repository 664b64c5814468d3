/** The pages of this part of the house, one row each. Operators run the machines: no case and no content is on any of them. */
import type { WebRoute } from '#gateway/http/web/route.ts'
import { keysPage } from './keys.ts'
import { endPosted, linkAgainPosted, newPersonPage, newPersonPosted, peoplePage } from './people.ts'
import { refuseAsOperator } from './links.ts'
import { handOverPage, handOverPosted } from './hand-over.ts'
import { replayPosted, stuckPage } from './stuck.ts'
import { todayPage } from './today.ts'

const who = ['operator'] as const
const PEOPLE = '/operators/people'

export const OPERATOR_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/operators', who, answer: todayPage },
  { method: 'get', path: '/operators/stuck', who, answer: stuckPage },
  { method: 'post', path: '/operators/stuck/:id/replay', who, answer: replayPosted },
  { method: 'get', path: '/operators/stuck/:id/hand-over', who, answer: handOverPage },
  { method: 'post', path: '/operators/stuck/:id/hand-over', who, answer: handOverPosted },
  { method: 'get', path: '/operators/keys', who, answer: keysPage },
  { method: 'get', path: PEOPLE, who, answer: peoplePage },
  { method: 'get', path: `${PEOPLE}/new`, who, answer: newPersonPage },
  // Whoever adds people could add themselves in another role: it counts.
  { method: 'post', path: `${PEOPLE}/new`, who, isSteppedUp: true, answer: newPersonPosted },
  { method: 'post', path: `${PEOPLE}/:id/link`, who, isSteppedUp: true, answer: linkAgainPosted },
  { method: 'post', path: `${PEOPLE}/links/:id/refuse`, who, isSteppedUp: true, answer: refuseAsOperator },
  { method: 'post', path: `${PEOPLE}/:id/end`, who, isSteppedUp: true, answer: endPosted },
]
