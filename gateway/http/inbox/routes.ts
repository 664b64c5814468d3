/** The pages of this part of the house, one row each. */
import type { SignedInVisit, WebAnswer, WebRoute } from '#gateway/http/web/route.ts'
import { showAccess } from './access.ts'
import { takeCertificate } from './access-held.ts'
import { accept, acknowledge, decline, showAccept, showDecline } from './answer.ts'
import { chooseOnArrival, showArrival } from './arrival.ts'
import { sendAsk, showAsk } from './ask.ts'
import { whileOpen } from './closed.ts'
import { keepFirst, showFirst } from './first.ts'
import { showInbox } from './list.ts'
import { giveLabel, showLabel } from './label.ts'
import { readLess, readMore, showMore } from './more.ts'
import { answerNotice, showNotice } from './notice.ts'
import { showCase } from './summary.ts'
import { showTimeline } from './timeline.ts'
import { showTraining } from './training.ts'

type Answer = (visit: SignedInVisit) => Promise<WebAnswer>

const READERS = ['reader'] as const
const get = (path: string, answer: Answer): WebRoute => ({ method: 'get', path, who: READERS, answer })
const post = (path: string, answer: Answer): WebRoute => ({ method: 'post', path, who: READERS, answer })

export const INBOX_ROUTES: readonly WebRoute[] = [
  get('/inbox', showInbox),
  get('/inbox/access', showAccess),
  get('/inbox/access/:erasure', takeCertificate),
  get('/inbox/first', showFirst),
  post('/inbox/first', keepFirst),
  get('/inbox/training', showTraining),
  get('/inbox/:delivery', showCase),
  get('/inbox/:delivery/arrival', showArrival),
  post('/inbox/:delivery/arrival', chooseOnArrival),
  get('/inbox/:delivery/label', showLabel),
  post('/inbox/:delivery/label', giveLabel),
  get('/inbox/:delivery/timeline', showTimeline),
  get('/inbox/:delivery/more', whileOpen(showMore)),
  post('/inbox/:delivery/more', whileOpen(readMore)),
  post('/inbox/:delivery/less', whileOpen(readLess)),
  get('/inbox/:delivery/ask', whileOpen(showAsk)),
  post('/inbox/:delivery/ask', whileOpen(sendAsk)),
  post('/inbox/:delivery/acknowledge', acknowledge),
  get('/inbox/:delivery/accept', whileOpen(showAccept)),
  post('/inbox/:delivery/accept', whileOpen(accept)),
  get('/inbox/:delivery/decline', showDecline),
  post('/inbox/:delivery/decline', decline),
  get('/inbox/:delivery/notice', showNotice),
  post('/inbox/:delivery/notice', answerNotice),
]
