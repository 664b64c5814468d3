/** The navigation: what each role comes for, and which of it a page belongs to. */
import type { Role } from '#gateway/core/account.ts'

/** One entry. Its words are `ways.…`. */
export interface Way {
  readonly name:
    'policy' | 'changes' | 'requests' | 'why' | 'versions' | 'inbox' | 'access' | 'today' | 'stuck' | 'keys' | 'people'
  readonly href: `/${string}`
}

/** In the order in which they stand. Nobody sees what they may not open. */
export const WAYS: Readonly<Record<Role, readonly Way[]>> = {
  officer: [
    { name: 'policy', href: '/policy' },
    { name: 'changes', href: '/changes' },
    { name: 'requests', href: '/requests' },
    { name: 'why', href: '/why' },
    { name: 'people', href: '/people' },
  ],
  reader: [
    { name: 'inbox', href: '/inbox' },
    { name: 'access', href: '/inbox/access' },
  ],
  operator: [
    { name: 'today', href: '/operators' },
    { name: 'stuck', href: '/operators/stuck' },
    { name: 'keys', href: '/operators/keys' },
    { name: 'people', href: '/operators/people' },
  ],
  auditor: [
    { name: 'why', href: '/why' },
    { name: 'versions', href: '/versions' },
    { name: 'policy', href: '/policy' },
    { name: 'changes', href: '/changes' },
  ],
}

/** The entry that a page belongs to: the one it names, else the one with the longest address that its own begins with. */
export const wayOf = (ways: readonly Way[], path: string, area: string | undefined): Way | undefined =>
  ways.find(({ name }) => name === area) ??
  ways
    .filter(({ href }) => path === href || path.startsWith(`${href}/`))
    .toSorted((one, other) => other.href.length - one.href.length)[0]
