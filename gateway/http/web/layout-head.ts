/** The top of every page: name of the service, who is signed in, the navigation, the languages, and in a demo its clock. */
import { PAGE_LANGUAGES } from '#gateway/core/account.ts'
import type { PageLanguage } from '#gateway/core/account.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { attributes } from './kit-attributes.ts'
import { timeWords } from './kit-texts.ts'
import type { Page, Visit, Visitor } from './route.ts'
import { wayOf, WAYS } from './ways.ts'

export const DIRECTIONS: Readonly<Record<PageLanguage, 'ltr' | 'rtl'>> = { en: 'ltr', fr: 'ltr', ar: 'rtl' }

/** Each in its own language, so that whoever looks for it can read it. */
const LANGUAGE_NAMES: Readonly<Record<PageLanguage, string>> = { en: 'English', fr: 'Français', ar: 'العربية' }

/** A foot-bridge between two banks. */
const MARK = html`<svg class="top-mark" viewBox="0 0 40 28" aria-hidden="true" focusable="false">
  <path d="M2 21h36M4 21C10 8 30 8 36 21M12 21v-7M20 21V11M28 21v-7"></path>
</svg>`

/** As wide as the page asks for. */
export const containerOf = ({ isWide }: Page): string =>
  isWide === true ? 'govuk-width-container is-wide' : 'govuk-width-container'

/** All that stands above the content. */
export const head = (visit: Visit, page: Page, visitor: Visitor | undefined): Html =>
  html`<header class="top">
      <div class="${containerOf(page)} top-row">
        <a class="top-name" href="/">${MARK}<span>${visit.t('service')}</span></a>
        ${visitor !== undefined && acts(visit, visitor)}
      </div>
    </header>
    ${ways(visit, page, visitor)} ${visit.deps.web.isDemo && demo(visit, page)}`

/** Leaving counts as the first thing that anybody may want to do. */
const acts = ({ t }: Visit, { account }: Visitor): Html =>
  html`<div class="top-acts">
    <p class="top-person"><bdi>${account.name}</bdi>, ${t(`roles.${account.role}`)}</p>
    <form method="post" action="/sign-out"><button class="plain-button" type="submit">${t('signOut')}</button></form>
    <form method="post" action="/away"><button class="plain-button is-hide" type="submit">${t('hide')}</button></form>
  </div>`

function ways(visit: Visit, page: Page, visitor: Visitor | undefined): Html {
  const { t, path } = visit
  const all = visitor === undefined ? [] : WAYS[visitor.account.role]
  const here = wayOf(all, path, page.area)
  const items = all.map(
    (way) =>
      html`<li>
        <a href="${way.href}" ${attributes({ 'aria-current': way === here && (way.href === path ? 'page' : 'true') })}
          >${t(`ways.${way.name}`)}</a
        >
      </li>`,
  )
  return html`<div class="ways">
    <div class="${containerOf(page)} ways-row">
      ${
        items.length > 0 &&
        html`<nav aria-label="${t('ways.label')}">
          <ul>
            ${items}
          </ul>
        </nav>`
      }
      ${visit.method === 'get' && languages(visit)}
    </div>
  </div>`
}

/** Links to the same page in the other languages. Not on the answer to a form: it has no address to come back to. */
const languages = (visit: Visit): Html =>
  html`<nav class="languages" aria-label="${visit.t('languages')}">${languageList(visit)}</nav>`

/** The languages as a list, the one that is read unlinked. `look`: classes of the list and of its links; those of the head without. */
export function languageList(
  { path, query, language }: Visit,
  look: { readonly list?: string; readonly link?: string } = {},
): Html {
  const to = (other: PageLanguage): string => {
    const asked = new URLSearchParams(query)
    asked.set('language', other)
    return `${path}?${asked.toString()}`
  }
  const items = PAGE_LANGUAGES.map((other) =>
    other === language
      ? html`<li><span lang="${other}" aria-current="true">${LANGUAGE_NAMES[other]}</span></li>`
      : html`<li>
          <a
            class="${look.link ?? ''}"
            href="${to(other)}"
            hreflang="${other}"
            lang="${other}"
            dir="${DIRECTIONS[other]}"
            rel="alternate"
            >${LANGUAGE_NAMES[other]}</a
          >
        </li>`,
  )
  return html`<ul class="${look.list ?? ''}">
    ${items}
  </ul>`
}

/** That all is invented, what its clock says, and how to move it. */
function demo(visit: Visit, page: Page): Html {
  const { t, deps } = visit
  const controls = deps.web.demo
  return html`<aside class="demo" aria-label="${t('demoLabel')}">
    <div class="${containerOf(page)} demo-row">
      <p>${t('demo')} ${t('demoClock', { time: timeWords(visit, deps.clock()) })}</p>
      ${
        controls !== undefined &&
        html`<div class="demo-acts">
          <form method="post" action="/demo/clock" class="demo-acts" aria-label="${t('demoMove')}">
            <span class="demo-days" aria-hidden="true">${t('demoMove')}</span>
            <button type="submit" name="days" value="1">${t('demoDays', { count: 1 })}</button>
            <button type="submit" name="days" value="7">${t('demoDays', { count: 7 })}</button>
            <button type="submit" name="days" value="30">${t('demoDays', { count: 30 })}</button>
          </form>
          <form method="post" action="/demo/reset"><button type="submit">${t('demoReset')}</button></form>
        </div>`
      }
    </div>
  </aside>`
}
