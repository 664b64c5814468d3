/** Every table with the columns that put its rows in order, parents before what refers to them. */
import type { Schema } from './schema.ts'

type Keys = { readonly [Name in keyof Schema]: readonly (keyof Schema[Name] & string)[] }

/** In the order in which they are written and put back. */
export const TABLE_KEYS: Keys = {
  acceptances: ['messageId'],
  messages: ['id'],
  releases: ['messageId', 'position'],
  quarantine: ['at', 'digest', 'reason', 'peer'],
  brought: ['caseId', 'position'],
  item_marks: ['caseId', 'itemId'],
  case_facts: ['caseId', 'position'],
  assignments: ['caseId', 'mandate', 'from'],
  meetings: ['caseId', 'mandate', 'messageId'],
  case_names: ['position'],
  copies_seen: ['caseId', 'issuer'],
  outbox: ['position'],
  deliveries: ['id'],
  parcels: ['deliveryId'],
  decision_records: ['deliveryId'],
  ledger: ['deliveryId'],
  choices: ['organisation', 'mandate', 'caseId'],
  grants: ['requestId', 'holder'],
  recall_targets: ['recallId', 'organisation', 'mandate'],
  recall_attestations: ['messageId'],
  membership_ends: ['restoredAt', 'organisation'],
  policies: ['position'],
  carries: ['id'],
  carry_ways: ['organisation', 'way'],
  unread: ['deliveryId'],
  leases: ['name'],
  spent_ids: ['issuer', 'id'],
  accounts: ['id'],
  credentials: ['id'],
  sessions: ['id'],
  ceremonies: ['id'],
  entry_links: ['id'],
  kept_forms: ['id'],
  asks: ['id'],
  inbox_answers: ['messageId', 'mandate'],
  visit_choices: ['caseId', 'mandate'],
  case_labels: ['caseId', 'organisation'],
  notice_choices: ['mandate'],
  handed_errands: ['id'],
  policy_changes: ['id'],
  change_signatures: ['changeId', 'at', 'account', 'as'],
  change_effects: ['id'],
  change_differences: ['effectId', 'rank', 'position'],
  change_observations: ['changeId', 'recipientType', 'section'],
  audit: ['seq'],
  log_leaves: ['index'],
  log_checkpoints: ['size'],
  log_cosignatures: ['size', 'witness'],
  log_stamps: ['size', 'stampedAt'],
}

export type TableName = keyof Schema

/** The name of a table that this version has. */
export const isTable = (name: string): name is TableName => Object.hasOwn(TABLE_KEYS, name)

export const TABLE_NAMES: readonly TableName[] = Object.keys(TABLE_KEYS).filter(isTable)
