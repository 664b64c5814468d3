/** Recalls at rest: targets are ids, dates and states; what a recipient signed is sealed under its case, its digest is not. */
import { SealBroken } from '#gateway/ports/vault.ts'
import type { Place } from '#gateway/ports/vault.ts'
import type { Recalls } from '#gateway/ports/recalls.ts'
import type { Attestation } from '#gateway/ports/recalls.ts'
import { flatMapped, openJson, sealJson } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const attestationPlace = ({ messageId, digest }: Pick<Attestation, 'messageId' | 'digest'>): Place => ({
  table: 'recall_attestations',
  row: `${messageId} ${digest}`,
})

/** The `recalls` part of a sealed store. Of an erased case the digests of what was signed are left, and no text. */
export const sealedRecalls = (inner: Recalls, sealing: Sealing): Recalls => ({
  ...inner,
  attest: async (attestation) => {
    const caseId = await sealing.aliasFor(attestation.caseId)
    const signed = await sealJson(sealing, caseId, attestationPlace(attestation), attestation.signed ?? '')
    await inner.attest({ ...attestation, caseId, signed })
  },
  attestations: async (recallId) =>
    flatMapped(await inner.attestations(recallId), async (row) => {
      if (row.signed === undefined) throw new SealBroken('the database holds something that was never sealed')
      const signed = await openJson<string>(sealing, attestationPlace(row), row.signed, row.caseId)
      return [{ ...row, caseId: (await sealing.caseOf(row.caseId)) ?? row.caseId, signed }]
    }),
})
