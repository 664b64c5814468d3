/** A parcel as one file: the name that its delivery gives it, and what is in it. */
import type { DeliveryId } from '#gateway/core/ids.ts'
import type { TakenParcel } from '#gateway/ports/courier.ts'

/** A UUID, so that no name leads anywhere else. */
export const fileNameOf = (id: DeliveryId): string => `${id}.parcel.json`
/** Until it is whole it has a name that nobody waits for. */
export const partNameOf = (id: DeliveryId): string => `.${id}.part`

export const printParcelFile = (delivery: DeliveryId, { parcel, logReceipt }: TakenParcel): string =>
  `${JSON.stringify({ delivery, parcel, logReceipt: Buffer.from(logReceipt).toString('base64url') })}\n`
