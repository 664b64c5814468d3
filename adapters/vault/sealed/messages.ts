/** Messages and acceptances at rest: each sealed whole, found by blinded jti, blinded key and the alias of its case. */
import type { Messages } from '#gateway/ports/store.ts'
import type { Acceptance, StoredMessage } from '#gateway/ports/stored.ts'
import type { Place } from '#gateway/ports/vault.ts'
import { flatMapped, ofCase, openJson, openText, parked, sealJson, unparked } from './sealing.ts'
import type { Sealing } from './sealing.ts'

type SealedOfAcceptance = Pick<Acceptance, 'jti' | 'messageDigest' | 'idempotencyKey' | 'bodyDigest' | 'receipt'>

/** What is left to say of a message whose case was erased: that it came. No digest of a repeat equals an empty one. */
const ERASED: SealedOfAcceptance = { jti: '', messageDigest: '', idempotencyKey: '', bodyDigest: '', receipt: '' }

const messagePlace = (row: string): Place => ({ table: 'messages', row })
const acceptancePlace = (row: string): Place => ({ table: 'acceptances', row })

/**
 * What was opened already, by what the inner store answered: a store that keeps its answers for a while keeps these with them.
 * It reckons with what it answered, so that what opens to very much more is not kept.
 */
export type OpenedMessages = WeakMap<object, StoredMessage>

/** Messages open to some six times what is stored of them; one made to be much longer would fill the memory unnoticed. */
const MOST_TIMES_LONGER = 12

/** The `messages` part of a sealed store. */
export function sealedMessages(inner: Messages, sealing: Sealing, opened: OpenedMessages): Messages {
  const blindJti = (issuer: string, jti: string): string => sealing.blind('jti', `${issuer} ${jti}`)
  const blindKey = (issuer: string, key: string): string => sealing.blind('idempotency-key', `${issuer} ${key}`)

  const toAcceptance = async (row: Acceptance | undefined): Promise<Acceptance | undefined> => {
    if (row === undefined) return undefined
    const sealed = (await openJson<SealedOfAcceptance>(sealing, acceptancePlace(row.messageId), row.receipt)) ?? ERASED
    const idempotencyKey = row.idempotencyKey === '' ? '' : sealed.idempotencyKey
    return { ...row, ...sealed, idempotencyKey }
  }

  const toMessage = async (row: StoredMessage | undefined): Promise<StoredMessage | undefined> => {
    if (row === undefined) return undefined
    const known = opened.get(row.message)
    if (known !== undefined) {
      if ((await sealing.caseOf(row.caseId)) !== undefined) return known
      opened.delete(row.message)
      return undefined
    }
    const sealed = unparked(row.message)
    const text = await openText(sealing, messagePlace(row.id), sealed, row.caseId)
    if (text === undefined) return undefined
    const message = JSON.parse(text) as StoredMessage
    if (text.length <= sealed.length * MOST_TIMES_LONGER) opened.set(row.message, message)
    return message
  }

  const sealed = async (
    { messageDigest, bodyDigest, receipt, ...acceptance }: Acceptance,
    stored: StoredMessage,
  ): Promise<readonly [Acceptance, StoredMessage]> => {
    const { copies: _inside, releases: _within, ...columns } = stored
    const alias = await sealing.aliasFor(stored.caseId)
    const { messageId, issuer, jti, idempotencyKey } = acceptance
    const said: SealedOfAcceptance = { jti, messageDigest, idempotencyKey, bodyDigest, receipt }
    return [
      {
        ...acceptance,
        jti: blindJti(issuer, jti),
        idempotencyKey: blindKey(issuer, idempotencyKey),
        messageDigest: '',
        bodyDigest: '',
        receipt: await sealJson(sealing, alias, acceptancePlace(messageId), said),
      },
      {
        ...columns,
        jti: blindJti(stored.issuer, stored.jti),
        caseId: alias,
        message: parked(await sealJson(sealing, alias, messagePlace(stored.id), stored)),
      },
    ]
  }

  return {
    acceptanceByJti: async (issuer, jti) => toAcceptance(await inner.acceptanceByJti(issuer, blindJti(issuer, jti))),
    acceptanceByKey: async (issuer, key) => toAcceptance(await inner.acceptanceByKey(issuer, blindKey(issuer, key))),
    acceptance: async (id) => toAcceptance(await inner.acceptance(id)),
    accept: async (acceptance, stored) => inner.accept(...(await sealed(acceptance, stored))),
    release: async (acceptance, stored) => inner.release(...(await sealed(acceptance, stored))),
    get: async (id) => toMessage(await inner.get(id)),
    ofCase: (caseId) =>
      ofCase(sealing, caseId, [], async (alias) =>
        flatMapped(await inner.ofCase(alias), async (row) => {
          const message = await toMessage(row)
          return message === undefined ? [] : [message]
        }),
      ),
    forgetKeys: inner.forgetKeys,
    quarantine: inner.quarantine,
  }
}
