/** The pull mailbox: list, collect, acknowledge, and ask for a deeper view. */
import { printInstant } from '#policies/language/instant.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import { acknowledgeDelivery, collectDelivery } from '#gateway/rooms/collect.ts'
import { pullUp } from '#gateway/rooms/pull-up.ts'
import { listDeliveries } from '#gateway/rooms/read-mailbox.ts'
import { policyNow } from '#gateway/rooms/policy-now.ts'
import { EXAMPLE } from './examples.ts'
import { MANDATE_PROBLEMS, NO_PARAMETERS, jsonAnswer, operation } from './operation.ts'
import type { Operation } from './operation.ts'
import {
  acknowledgementSchema,
  deliveryIdParameter,
  joseSchema,
  mailboxPageSchema,
  mandateQuery,
  pageLimit,
  pageQuery,
  pullUpAcceptedSchema,
  pullUpSchema,
} from './schemas.ts'
import { unknownSections } from './known-sections.ts'

const MAILBOX = '/v1/deliveries'

const list = operation({
  id: 'listDeliveries',
  method: 'get',
  path: MAILBOX,
  summary: 'What waits in the mailbox',
  description:
    'Of the organisation, or of the mandate that proves itself. The list tells what came, never what is in it.',
  caller: 'member',
  mandate: 'taken',
  params: NO_PARAMETERS,
  query: pageQuery,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'A page, with a Link to the next where there may be one.',
    mediaType: 'application/json',
    schema: mailboxPageSchema,
    example: EXAMPLE.mailboxPage,
    headers: ['Link'],
  },
  problems: MANDATE_PROBLEMS,
  serve: async (deps, { reader, query }) => {
    const page = await listDeliveries(deps, reader, { cursor: query.cursor, limit: pageLimit(query.limit) })
    if (!page.ok) return page
    const { next } = page.value
    if (next === undefined) return ok(jsonAnswer(200, page.value))
    const parameters = new URLSearchParams({ cursor: next, limit: String(pageLimit(query.limit)) })
    if (query.mandate !== undefined) parameters.set('mandate', query.mandate)
    return ok(jsonAnswer(200, page.value, { Link: `<${MAILBOX}?${parameters.toString()}>; rel="next"` }))
  },
})

const LOG_RECEIPT = 'Passerelle-Log-Receipt'

const collect = operation({
  id: 'collectDelivery',
  method: 'get',
  path: '/v1/deliveries/{id}',
  summary: 'Collect a sealed parcel',
  description:
    'Judged again before it is handed out for the first time, where policy or agreements have changed since. One that only its mandate opens is handed to that mandate alone.',
  caller: 'member',
  mandate: 'taken',
  params: deliveryIdParameter,
  query: mandateQuery,
  needs: 'nothing',
  answer: {
    status: 200,
    description:
      'Compact JWE (typ gw-parcel+jwe), sealed to one key of the recipient. ETag: SHA-256 of the text. Passerelle-Log-Receipt: that it stands in the log (c2sp.org/tlog-proof), in base64url; without one, do not believe it.',
    mediaType: 'application/jose',
    schema: joseSchema,
    example: EXAMPLE.jose,
    headers: ['ETag', LOG_RECEIPT],
  },
  problems: [...MANDATE_PROBLEMS, 'not-found', 'delivery-withdrawn', 'witnesses-silent'],
  serve: async (deps, { reader, params }) => {
    const delivery = await collectDelivery(deps, reader, params.id)
    if (!delivery.ok) return delivery
    const { parcel, logReceipt } = delivery.value
    return ok({
      status: 200,
      mediaType: 'application/jose',
      body: parcel,
      headers: {
        ETag: `"${sha256Hex(parcel)}"`,
        [LOG_RECEIPT]: Buffer.from(logReceipt).toString('base64url'),
      },
    })
  },
})

const acknowledge = operation({
  id: 'acknowledgeDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/acknowledgement',
  summary: 'Say that a parcel was received and read',
  description: 'Of one that was collected. The first time counts; again is no fault. The request has no body.',
  caller: 'member',
  mandate: 'taken',
  params: deliveryIdParameter,
  query: mandateQuery,
  needs: 'idempotency-key',
  answer: {
    status: 200,
    description: 'Acknowledged, and when.',
    mediaType: 'application/json',
    schema: acknowledgementSchema,
    example: EXAMPLE.acknowledgement,
  },
  problems: [
    ...MANDATE_PROBLEMS,
    'idempotency-key-missing',
    'idempotency-key-reused',
    'not-found',
    'message-out-of-turn',
    'delivery-withdrawn',
  ],
  serve: async (deps, { reader, params, idempotencyKey: key, bytes }) =>
    deps.repeats.once({ owner: reader.participant.id, key, target: `acknowledge ${params.id}`, bytes }, async () => {
      const delivery = await acknowledgeDelivery(deps, reader, params.id)
      if (!delivery.ok) return delivery
      const { id, acknowledgedAt } = delivery.value
      return ok(jsonAnswer(200, { id, state: 'acknowledged', acknowledgedAt: printInstant(acknowledgedAt ?? 0) }))
    }),
})

const deepen = operation({
  id: 'pullUp',
  method: 'post',
  path: '/v1/deliveries/{id}/pull-up',
  summary: 'Ask for a deeper view of the case',
  description: 'By the mandate itself, with a reason and without permission, up to what its organisation has chosen.',
  caller: 'member',
  mandate: 'taken',
  params: deliveryIdParameter,
  query: mandateQuery,
  needs: 'idempotency-key',
  body: {
    mediaType: 'application/json',
    description: 'The depth, and why.',
    schema: pullUpSchema,
    example: EXAMPLE.pullUp,
    refusedWith: 'choice-malformed',
  },
  answer: {
    status: 202,
    description: 'The case is judged anew for this mandate.',
    mediaType: 'application/json',
    schema: pullUpAcceptedSchema,
    example: EXAMPLE.pullUpAccepted,
    headers: ['Location'],
  },
  problems: [
    ...MANDATE_PROBLEMS,
    'idempotency-key-missing',
    'idempotency-key-reused',
    'message-too-large',
    'media-type-unsupported',
    'json-refused',
    'choice-malformed',
    'choice-above-organisation',
    'precondition-failed',
    'policy-unavailable',
    'not-found',
  ],
  serve: async (deps, { reader, params, body, idempotencyKey: key, bytes }) =>
    deps.repeats.once({ owner: reader.participant.id, key, target: `pull-up ${params.id}`, bytes }, async () => {
      const policy = await policyNow(deps, deps.store.read)
      if (policy === undefined) return fail('policy-unavailable')
      const unknown = unknownSections(policy.set.vocabulary.sections, { sections: body.sections ?? {} })
      if (unknown.length > 0) return fail('choice-malformed', unknown)
      const pulled = await pullUp(deps, reader, { delivery: params.id, ...body })
      if (!pulled.ok) return pulled
      return ok(jsonAnswer(202, { delivery: params.id, mailbox: MAILBOX }, { Location: MAILBOX }))
    }),
})

export const DELIVERIES: readonly Operation[] = [list, collect, acknowledge, deepen]
