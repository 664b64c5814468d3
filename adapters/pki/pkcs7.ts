/** Certs-only PKCS#7 (RFC 5652 §5.1, RFC 7030 §4.1.3), written by hand: with an eContent that is absent, not empty, as strongSwan wants it. */
import './reflect.ts'
import { X509Certificate } from 'node:crypto'
import { X509Certificates } from '@peculiar/x509'
import { derInteger, joined, tlv } from './der.ts'

const SEQUENCE = 0x30
const SET = 0x31
const IMPLICIT_0 = 0xa0
/** 1.2.840.113549.1.7.2 and .1. */
const SIGNED_DATA = Uint8Array.of(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02)
const DATA = Uint8Array.of(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01)
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Every certificate of a PEM text in one message, base64 on one line. */
export function certificatesOnly(pem: string): string {
  const certificates = (pem.match(PEM_BLOCK) ?? []).map((block) => new X509Certificate(block).raw)
  const signedData = [
    derInteger(1),
    tlv(SET, new Uint8Array()),
    tlv(SEQUENCE, DATA),
    tlv(IMPLICIT_0, joined(certificates)),
    tlv(SET, new Uint8Array()),
  ]
  const content = tlv(IMPLICIT_0, tlv(SEQUENCE, joined(signedData)))
  return Buffer.from(tlv(SEQUENCE, joined([SIGNED_DATA, content]))).toString('base64')
}

/** PEM of every certificate in such a message, the leaf first. Throws for anything else. For what came over a connection that TLS has verified. */
export function readCertificatesOnly(base64: string): string {
  const certificates = new X509Certificates(Buffer.from(base64, 'base64'))
  const isIssuer = (name: string): boolean => certificates.some(({ issuer }) => issuer === name)
  const leafFirst = certificates.toSorted((a, b) => Number(isIssuer(a.subject)) - Number(isIssuer(b.subject)))
  if (leafFirst.length === 0) throw new Error('no certificate in this message')
  return leafFirst.map((certificate) => `${certificate.toString('pem')}\n`).join('')
}
