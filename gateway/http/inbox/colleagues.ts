/** Colleagues on the pages of the inbox: that a mandate is shared, and what its people are called. */
import { mandateOf } from '#gateway/core/routing.ts'
import { insetText } from '#gateway/http/web/kit.ts'
import type { Html } from '#gateway/http/web/html.ts'
import type { SignedInVisit, Visit } from '#gateway/http/web/route.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { colleaguesHere, isShared } from '#gateway/rooms/read-inbox-colleagues.ts'
import type { Colleague } from '#gateway/rooms/read-inbox-colleagues.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { roleName } from './names.ts'

/** Said beside a choice that is not the reader's alone; nothing where it is. */
export const sharedNote = async ({ deps, t }: SignedInVisit, reader: HostedReader): Promise<Html | undefined> =>
  isShared(reader, await colleaguesHere(deps, reader)) ? insetText(t('inbox:shared.choice')) : undefined

/** By its role; with its id where the organisation has several of that role, and by its id alone once it is gone from the registry. */
export function mandateName(visit: Pick<Visit, 't'> & { readonly deps: Pick<Deps, 'registry'> }, id: string): string {
  const known = visit.deps.registry()
  const mandate = mandateOf(known, id)
  if (mandate === undefined) return id
  const { organisation, role } = mandate
  const isOnlyOne = known.mandates.filter((one) => one.organisation === organisation && one.role === role).length === 1
  return isOnlyOne ? roleName(visit, role) : `${roleName(visit, role)} (${id})`
}

/** The people who read for a mandate; none has an account where there are none. */
export const peopleOf = (colleagues: readonly Colleague[], id: string): string =>
  colleagues.flatMap(({ name, mandate }) => (mandate === id ? [name] : [])).join(', ')
