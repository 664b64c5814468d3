/** All parts of the store over one set of tables, whichever database holds them. */
import type { Tx } from '#gateway/ports/store.ts'
import { asksIn, inboxIn } from './asks.ts'
import { auditIn } from './audit.ts'
import { carriesIn } from './carries.ts'
import { labelsIn } from './case-labels.ts'
import { casesIn } from './cases.ts'
import { changesIn } from './changes.ts'
import { choicesIn } from './choices.ts'
import { deliveriesIn } from './deliveries.ts'
import { flowsIn } from './flows.ts'
import { handedErrandsIn } from './handed-errands.ts'
import { keptFormsIn } from './kept-forms.ts'
import { ledgerIn } from './ledger.ts'
import { logIn } from './log.ts'
import { noticeChoicesIn } from './notice-choices.ts'
import { membershipsIn } from './memberships.ts'
import { messagesIn } from './messages.ts'
import { outboxIn } from './outbox.ts'
import { peopleIn } from './people.ts'
import { policiesIn } from './policies.ts'
import { recallsIn } from './recalls.ts'
import { replicasIn } from './replicas.ts'
import { requestsIn } from './requests.ts'
import type { Tables } from './schema.ts'

/** `isInside` tells whether the caller is within a transaction: what it reads there may be undone. */
export function partsOf(tables: Tables, isInside: () => boolean): Tx {
  const merkle = logIn(tables)
  return {
    messages: messagesIn(tables, isInside),
    cases: casesIn(tables),
    outbox: outboxIn(tables),
    deliveries: deliveriesIn(tables),
    ledger: ledgerIn(tables),
    choices: choicesIn(tables),
    requests: requestsIn(tables),
    recalls: recallsIn(tables),
    memberships: membershipsIn(tables),
    policies: policiesIn(tables),
    carries: carriesIn(tables),
    replicas: replicasIn(tables),
    people: peopleIn(tables),
    keptForms: keptFormsIn(tables),
    flows: flowsIn(tables),
    asks: asksIn(tables),
    inbox: inboxIn(tables),
    labels: labelsIn(tables),
    noticeChoices: noticeChoicesIn(tables),
    handedErrands: handedErrandsIn(tables),
    changes: changesIn(tables),
    audit: auditIn(tables, merkle),
    log: merkle,
  }
}
