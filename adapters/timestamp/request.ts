/** A time-stamp request (RFC 3161 §2.4.1): the SHA-256 of what is to be stamped, a number used once, and the wish for the certificate. */
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import { MessageImprint, TimeStampReq } from '@peculiar/asn1-tsp'
import { AlgorithmIdentifier } from '@peculiar/asn1-x509'
import { sha256 } from '#gateway/core/log/hash.ts'

export const SHA_256 = '2.16.840.1.101.3.4.2.1'
const NULL_PARAMETERS = Uint8Array.of(5, 0).buffer

/** The nonce is an INTEGER: its bytes as they stand, so the first must be from 1 to 127. */
export const printRequest = (content: Uint8Array, nonce: Uint8Array): Uint8Array =>
  new Uint8Array(
    AsnConvert.serialize(
      new TimeStampReq({
        messageImprint: new MessageImprint({
          hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA_256, parameters: NULL_PARAMETERS }),
          hashedMessage: new OctetString(sha256(content)),
        }),
        nonce: Uint8Array.from(nonce).buffer,
        certReq: true,
      }),
    ),
  )
