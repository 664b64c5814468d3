/** A new member entered into the next trust list, with its mandates and all their keys. */
import { printInstant } from '#policies/language/instant.ts'
import type { Mandate, Participant } from '#gateway/core/participants.ts'
import type { JoinRequest } from './join-request.ts'
import type { ListedKey, TrustListBody } from './list.ts'

type KeyTexts = TrustListBody['gateway']['keys']

const textsOf = (keys: readonly ListedKey[]): KeyTexts =>
  keys.map(({ from, until, revokedAt: _revoked, reason: _reason, ...key }) => ({
    ...key,
    from: printInstant(from),
    until: printInstant(until),
  }))

/** Why a request and the registry do not fit one another: a mandate of another, or of nobody. */
export const strangeMandates = (
  request: Pick<JoinRequest, 'organisation' | 'mandates'>,
  mandates: readonly Pick<Mandate, 'id' | 'organisation'>[],
): readonly string[] =>
  request.mandates.flatMap(({ id }) =>
    mandates.some((mandate) => mandate.id === id && mandate.organisation === request.organisation) ? [] : [id],
  )

/**
 * The same list with the organisation, in the role that the registry gives it, and with its mandates. undefined where the list names the
 * organisation already: whoever is in rotates its keys, one under another, and one that is out does not come back by asking.
 */
export function admit(
  body: TrustListBody,
  { id, uri, controllerRole }: Pick<Participant, 'id' | 'uri' | 'controllerRole'>,
  request: JoinRequest,
): TrustListBody | undefined {
  if (body.organisations.some((entry) => entry.id === id || entry.uri === uri)) return undefined
  if (body.mandates.some((entry) => request.mandates.some((mandate) => mandate.id === entry.id))) return undefined
  const { keys, mandates, witnessKey } = request
  return {
    ...body,
    organisations: [...body.organisations, { id, uri, role: controllerRole, keys: textsOf(keys), witnessKey }],
    mandates: [
      ...body.mandates,
      ...mandates.map((mandate) => ({ id: mandate.id, organisation: id, keys: textsOf(mandate.keys) })),
    ],
  }
}
