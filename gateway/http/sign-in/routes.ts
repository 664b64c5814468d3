/** The pages of this part of the house, one row each. */
import { triesOf } from '#gateway/http/web/rate.ts'
import type { Try } from '#gateway/http/web/rate.ts'
import type { SignedInVisit, Visit, WebRoute } from '#gateway/http/web/route.ts'
import { NOTICE_PATH } from './again.ts'
import { elsewherePosted, returnPage, stepUpElsewhere } from './elsewhere.ts'
import { demoPosted, signInPage, signInPosted } from './enter.ts'
import { dropPosted, homePage, keptPage, noticePage, signOutPosted, stayPosted } from './leave.ts'
import { linkPage, linkPosted } from './link.ts'
import { newPasskeyPage, newPasskeyPosted, passkeysPage, removePasskeyPosted } from './passkeys.ts'
import { stepUpDemo, stepUpPage, stepUpPosted } from './step-up.ts'
import { answerOf } from './ways-in.ts'

/** Counted by the passkey that an answer says it is of: nobody who is told to wait learns whether there is such a one. */
const ofPasskey = (visit: Visit): readonly Try[] => {
  const id = visit.deps.signIn.passkeys.credentialIn(answerOf(visit).response)
  return id === undefined ? [] : [triesOf('passkey', id)]
}
const ofLink = ({ params }: Visit): readonly Try[] => [triesOf('link', params['word'] ?? '')]
const ofAccount = ({ visitor }: SignedInVisit): readonly Try[] => [triesOf('account', visitor.account.id)]

export const SIGN_IN_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/', who: 'signed-in', answer: homePage },
  { method: 'get', path: '/sign-in', who: 'anyone', spends: 'look', answer: signInPage },
  { method: 'post', path: '/sign-in/passkey', who: 'anyone', spends: 'proof', tries: ofPasskey, answer: signInPosted },
  { method: 'post', path: '/sign-in/demo', who: 'anyone', spends: 'proof', answer: demoPosted },
  { method: 'post', path: '/sign-in/oidc', who: 'anyone', spends: 'leave', answer: elsewherePosted },
  { method: 'get', path: '/sign-in/oidc/return', who: 'anyone', spends: 'proof', answer: returnPage },
  { method: 'get', path: '/sign-in/link/:word', who: 'anyone', spends: 'proof', tries: ofLink, answer: linkPage },
  { method: 'post', path: '/sign-in/link/:word', who: 'anyone', spends: 'proof', tries: ofLink, answer: linkPosted },
  { method: 'get', path: NOTICE_PATH, who: 'signed-in', answer: noticePage },
  { method: 'post', path: '/sign-in/stay', who: 'signed-in', answer: stayPosted },
  { method: 'get', path: '/sign-in/kept', who: 'signed-in', answer: keptPage },
  { method: 'post', path: '/sign-in/kept/drop', who: 'signed-in', answer: dropPosted },
  { method: 'get', path: '/step-up', who: 'signed-in', answer: stepUpPage },
  { method: 'post', path: '/step-up', who: 'signed-in', tries: ofAccount, answer: stepUpPosted },
  {
    method: 'post',
    path: '/step-up/oidc',
    who: 'signed-in',
    spends: 'leave',
    tries: ofAccount,
    answer: stepUpElsewhere,
  },
  { method: 'post', path: '/step-up/demo', who: 'signed-in', answer: stepUpDemo },
  { method: 'post', path: '/sign-out', who: 'signed-in', answer: signOutPosted },
  { method: 'get', path: '/passkeys', who: 'signed-in', answer: passkeysPage },
  { method: 'get', path: '/passkeys/new', who: 'signed-in', isSteppedUp: true, answer: newPasskeyPage },
  {
    method: 'post',
    path: '/passkeys/new',
    who: 'signed-in',
    isSteppedUp: true,
    answer: newPasskeyPosted,
  },
  { method: 'post', path: '/passkeys/remove', who: 'signed-in', isSteppedUp: true, answer: removePasskeyPosted },
]
