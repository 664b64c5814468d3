/** The pages of this part of the house, one row each. */
import type { WebRoute } from '#gateway/http/web/route.ts'
import { NOTICE_PATH } from './again.ts'
import { elsewherePosted, returnPage, stepUpElsewhere } from './elsewhere.ts'
import { demoPosted, signInPage, signInPosted } from './enter.ts'
import { dropPosted, homePage, keptPage, noticePage, signOutPosted, stayPosted } from './leave.ts'
import { linkPage, linkPosted } from './link.ts'
import { newPasskeyPage, newPasskeyPosted, passkeysPage, removePasskeyPosted } from './passkeys.ts'
import { stepUpDemo, stepUpPage, stepUpPosted } from './step-up.ts'

export const SIGN_IN_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/', who: 'signed-in', answer: homePage },
  { method: 'get', path: '/sign-in', who: 'anyone', answer: signInPage },
  { method: 'post', path: '/sign-in/passkey', who: 'anyone', answer: signInPosted },
  { method: 'post', path: '/sign-in/demo', who: 'anyone', answer: demoPosted },
  { method: 'post', path: '/sign-in/oidc', who: 'anyone', answer: elsewherePosted },
  { method: 'get', path: '/sign-in/oidc/return', who: 'anyone', answer: returnPage },
  { method: 'get', path: '/sign-in/link/:word', who: 'anyone', answer: linkPage },
  { method: 'post', path: '/sign-in/link/:word', who: 'anyone', answer: linkPosted },
  { method: 'get', path: NOTICE_PATH, who: 'signed-in', answer: noticePage },
  { method: 'post', path: '/sign-in/stay', who: 'signed-in', answer: stayPosted },
  { method: 'get', path: '/sign-in/kept', who: 'signed-in', answer: keptPage },
  { method: 'post', path: '/sign-in/kept/drop', who: 'signed-in', answer: dropPosted },
  { method: 'get', path: '/step-up', who: 'signed-in', answer: stepUpPage },
  { method: 'post', path: '/step-up', who: 'signed-in', answer: stepUpPosted },
  { method: 'post', path: '/step-up/oidc', who: 'signed-in', answer: stepUpElsewhere },
  { method: 'post', path: '/step-up/demo', who: 'signed-in', answer: stepUpDemo },
  { method: 'post', path: '/sign-out', who: 'signed-in', answer: signOutPosted },
  { method: 'get', path: '/passkeys', who: 'signed-in', answer: passkeysPage },
  { method: 'get', path: '/passkeys/new', who: 'signed-in', isSteppedUp: true, answer: newPasskeyPage },
  { method: 'post', path: '/passkeys/new', who: 'signed-in', isSteppedUp: true, answer: newPasskeyPosted },
  { method: 'post', path: '/passkeys/remove', who: 'signed-in', isSteppedUp: true, answer: removePasskeyPosted },
]
