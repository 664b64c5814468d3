/** Keep as example: what a recipient gets of one section of an invented case is to come out so again. */
import type { InventedCase } from '#gateway/core/invented-case.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, form, select } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { printInstant } from '#policies/language/instant.ts'
import { sectionName } from '#gateway/core/cell-names.ts'
import type { SeeAsAsked } from './see-as-asked.ts'

/** Instead of a section: each that the case has. */
export const ALL_SECTIONS = 'all'

interface ToKeep {
  readonly asked: SeeAsAsked
  readonly of: InventedCase
  readonly recipientType: string
}

/** Nothing for whoever may not change the policy. */
export function keepForm(visit: SignedInVisit, { asked, of, recipientType }: ToKeep): Html | undefined {
  const { t, language } = visit
  if (visit.visitor.account.role !== 'officer') return undefined
  const sections = [...new Set(of.items.map(({ section }) => section))]
  return form(
    {
      action: '/examples',
      hidden: {
        case: of.id,
        recipient: recipientType,
        role: asked.role,
        purpose: asked.purpose,
        at: printInstant(asked.at),
        version: asked.version,
        more: asked.hasAsked ? 'asked' : '',
      },
    },
    html`<div class="filters">
      ${select(t, {
        name: 'section',
        id: `keep-${recipientType}`,
        label: t('console:examples.keepLabel'),
        items: [
          { value: ALL_SECTIONS, text: t('console:examples.keepAll') },
          ...sections.map((section) => ({ value: section, text: sectionName(language, section) })),
        ],
      })}
      ${button({ text: t('console:examples.keep'), look: 'secondary', isOnce: true })}
    </div>`,
  )
}
