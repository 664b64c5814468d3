/** What only a demo lets anybody do: move its clock, and begin it anew. Anywhere else these pages are not there. */
import { html } from '#gateway/http/web/html.ts'
import type { Visit, WebAnswer, WebRoute } from '#gateway/http/web/route.ts'
import { redirect } from '#gateway/http/web/route.ts'

const NOT_HERE: WebAnswer = { kind: 'problem', problem: { code: 'not-found' } }
const DAYS = /^[1-9]\d?$/

/** Form member `days`, and `to`: the page to come back to. */
async function moveClock({ deps, form }: Visit): Promise<WebAnswer> {
  const { demo } = deps.web
  if (demo === undefined) return NOT_HERE
  const days = form.get('days') ?? ''
  if (!DAYS.test(days) || !(await demo.moveClock(Number(days))))
    return { kind: 'problem', problem: { code: 'request-malformed' } }
  return redirect('/')
}

/** The story is told again, from its beginning, under the same address. */
async function reset({ deps }: Visit): Promise<WebAnswer> {
  const { demo } = deps.web
  if (demo === undefined) return NOT_HERE
  demo.reset()
  return redirect('/demo/again')
}

/** Shown until the new demo is there. */
async function again({ deps, t }: Visit): Promise<WebAnswer> {
  if (deps.web.demo === undefined) return NOT_HERE
  if (!deps.web.demo.isEnding()) return redirect('/')
  return {
    kind: 'page',
    page: {
      title: t('demoAgain.title'),
      body: html`<p class="govuk-body">${t('demoAgain.body')}</p>`,
      refreshSeconds: 3,
    },
  }
}

export const DEMO_ROUTES: readonly WebRoute[] = [
  { method: 'post', path: '/demo/clock', who: 'anyone', answer: moveClock },
  { method: 'post', path: '/demo/reset', who: 'anyone', answer: reset },
  { method: 'get', path: '/demo/again', who: 'anyone', answer: again },
]
