/** The version in force that came without officers: what holds until two adopt it, and the way to begin. */
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, form, link, warningText } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import type { AwaitedAdoption } from '#gateway/rooms/adopt-version.ts'

interface ToAdopt {
  readonly version: string
  readonly digest: string
  /** It decides nothing before. */
  readonly isHeldBack?: boolean
}

/** Under the line of the version in force, while no two officers stand for the whole of it. */
export function adoptionAct(
  { t, visitor }: SignedInVisit,
  { version, digest, isHeldBack }: ToAdopt,
  awaited: AwaitedAdoption,
): Html {
  const isOfficer = visitor.account.role === 'officer'
  const { open } = awaited
  const begin = form(
    { action: '/versions/adopt', hidden: { digest, version } },
    button({ text: t('changes:adoption.begin'), look: 'secondary', isOnce: true }),
  )
  return html`${isHeldBack === true && warningText(t, t('changes:adoption.heldBack'))}
  ${open !== undefined && html`<p class="govuk-body">${link(t('changes:adoption.open'), `/changes/${open.id}`)}</p>`}
  ${open === undefined && isOfficer && begin}`
}
