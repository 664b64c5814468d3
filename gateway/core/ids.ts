/** Branded ids: each comes only from its checked maker, so that a string of the wrong kind cannot stand in for it. */

export type OrganisationId = string & { readonly __brand: 'OrganisationId' }
export type MandateId = string & { readonly __brand: 'MandateId' }
export type CaseId = string & { readonly __brand: 'CaseId' }
export type ItemId = string & { readonly __brand: 'ItemId' }
export type MessageId = string & { readonly __brand: 'MessageId' }
export type DeliveryId = string & { readonly __brand: 'DeliveryId' }

/** Lower-case words with hyphens, 2 to 64 characters; also safe in a file name, a header and a URI. */
export const NAME_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])$/
/** Case references are the agencies' own: letters, digits, `-`, `_`, `.`; 3 to 64 characters. */
export const CASE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}[A-Za-z0-9]$/
/** UUID of any version (RFC 9562), lower case. */
export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const maker =
  <Id extends string>(pattern: RegExp) =>
  (text: string): Id | undefined =>
    pattern.test(text) ? (text as Id) : undefined

export const toOrganisationId: (text: string) => OrganisationId | undefined = maker(NAME_PATTERN)
export const toMandateId: (text: string) => MandateId | undefined = maker(NAME_PATTERN)
export const toCaseId: (text: string) => CaseId | undefined = maker(CASE_PATTERN)
export const toItemId: (text: string) => ItemId | undefined = maker(UUID_PATTERN)
export const toMessageId: (text: string) => MessageId | undefined = maker(UUID_PATTERN)
export const toDeliveryId: (text: string) => DeliveryId | undefined = maker(UUID_PATTERN)
