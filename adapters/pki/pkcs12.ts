/** Packs a PKCS#12 file (RFC 7292) for a person's browser. node-forge writes here and reads nothing but what this file made. */
import {
  X509Certificate,
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  pbkdf2Sync,
  randomBytes,
} from 'node:crypto'
import forge from 'node-forge'

const { asn1 } = forge
const { Class, Type } = asn1

/** Rounds of each key derivation. That of the MAC runs in JavaScript. */
const DEFAULT_ITERATIONS = 50_000
const ENCRYPTION_SALT_BYTES = 16
const ENCRYPTION_KEY_BYTES = 32
const AES_BLOCK_BYTES = 16
/** Not 16: macOS Keychain refuses a longer one. */
const MAC_SALT_BYTES = 8
const MAC_KEY_BYTES = 32
const MAC_KEY_PURPOSE = 3
/** Without this name Windows files an EC key with a provider that cannot use it. */
const WINDOWS_PROVIDER = 'Microsoft Software Key Storage Provider'

const OIDS = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  keyProvider: '1.3.6.1.4.1.311.17.1',
  sha256: '2.16.840.1.101.3.4.2.1',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const

export interface Pkcs12Content {
  /** PKCS#8 PEM; EC keys too. */
  readonly keyPem: string
  /** The leaf first, then its issuers. */
  readonly certificatePems: readonly string[]
  readonly password: string
  readonly friendlyName: string
  readonly iterations?: number
}

type Node = forge.asn1.Asn1

const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString('binary')
const universal = (type: forge.asn1.Type, constructed: boolean, value: string | Node[]): Node =>
  asn1.create(Class.UNIVERSAL, type, constructed, value)
const sequence = (...parts: Node[]): Node => universal(Type.SEQUENCE, true, parts)
const setOf = (...parts: Node[]): Node => universal(Type.SET, true, parts)
const octets = (value: string): Node => universal(Type.OCTETSTRING, false, value)
const identifier = (name: keyof typeof OIDS): Node => universal(Type.OID, false, asn1.oidToDer(OIDS[name]).getBytes())
const integer = (value: number): Node => universal(Type.INTEGER, false, asn1.integerToDer(value).getBytes())
const wide = (text: string): Node => universal(Type.BMPSTRING, false, text)
const nothing = (): Node => universal(Type.NULL, false, '')
const tagged = (value: Node[] | string): Node =>
  asn1.create(Class.CONTEXT_SPECIFIC, 0, typeof value !== 'string', value)
const derOf = (node: Node): string => asn1.toDer(node).getBytes()

/** The bytes of a `.p12`: key and certificates under PBES2 with AES-256 and HMAC-SHA-256, the whole under an HMAC-SHA-256. */
export function packPkcs12(content: Pkcs12Content): Uint8Array {
  const iterations = content.iterations ?? DEFAULT_ITERATIONS
  const safe = derOf(sequence(certificatePart(content, iterations), keyPart(content, iterations)))
  const file = sequence(
    integer(3),
    sequence(identifier('data'), tagged([octets(safe)])),
    macOf(safe, content.password, iterations),
  )
  return Buffer.from(derOf(file), 'binary')
}

/** PBES2 over a DER value (RFC 8018 §6.2): an EncryptedPrivateKeyInfo, whose shape EncryptedContentInfo shares (RFC 5958 §3, RFC 5652 §6.1). */
function encrypt(node: Node, password: string, iterations: number): Node {
  const [salt, iv] = [randomBytes(ENCRYPTION_SALT_BYTES), randomBytes(AES_BLOCK_BYTES)]
  const key = pbkdf2Sync(password, salt, iterations, ENCRYPTION_KEY_BYTES, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(derOf(node), 'binary')), cipher.final()])
  const pseudorandom = sequence(identifier('hmacSha256'), nothing())
  const derivation = sequence(octets(binary(salt)), integer(iterations), integer(ENCRYPTION_KEY_BYTES), pseudorandom)
  const scheme = sequence(identifier('aes256Cbc'), octets(binary(iv)))
  const algorithm = sequence(identifier('pbes2'), sequence(sequence(identifier('pbkdf2'), derivation), scheme))
  return sequence(algorithm, octets(binary(ciphertext)))
}

function keyPart(content: Pkcs12Content, iterations: number): Node {
  const der = createPrivateKey(content.keyPem).export({ type: 'pkcs8', format: 'der' })
  const shrouded = encrypt(asn1.fromDer(binary(der)), content.password, iterations)
  const provider = sequence(identifier('keyProvider'), setOf(wide(WINDOWS_PROVIDER)))
  const bag = sequence(identifier('shroudedKeyBag'), tagged([shrouded]), setOf(...attributes(content), provider))
  return sequence(identifier('data'), tagged([octets(derOf(sequence(bag)))]))
}

function certificatePart(content: Pkcs12Content, iterations: number): Node {
  const bags = content.certificatePems.map((pem, at) => {
    const certificate = sequence(identifier('x509Certificate'), tagged([octets(binary(new X509Certificate(pem).raw))]))
    const bag = [identifier('certificateBag'), tagged([certificate])]
    return at === 0 ? sequence(...bag, setOf(...attributes(content))) : sequence(...bag)
  })
  const [algorithm, ciphertext] = partsOf(encrypt(sequence(...bags), content.password, iterations))
  const encrypted = sequence(identifier('data'), algorithm, tagged(contentOf(ciphertext)))
  return sequence(identifier('encryptedData'), tagged([sequence(integer(0), encrypted)]))
}

/** The same key id on the key and on its certificate is what pairs them. */
function attributes({ certificatePems, friendlyName }: Pkcs12Content): readonly Node[] {
  const leaf = new X509Certificate(certificatePems[0] ?? '')
  const keyId = binary(createHash('sha256').update(leaf.raw).digest().subarray(0, 20))
  return [
    sequence(identifier('localKeyId'), setOf(octets(keyId))),
    sequence(identifier('friendlyName'), setOf(wide(friendlyName))),
  ]
}

/** RFC 7292 §4 and appendix B: HMAC-SHA-256 under a key derived for the purpose of a MAC. */
function macOf(safe: string, password: string, iterations: number): Node {
  const salt = binary(randomBytes(MAC_SALT_BYTES))
  const buffer = forge.util.createBuffer(salt)
  const key = forge.pkcs12.generateKey(
    password,
    buffer,
    MAC_KEY_PURPOSE,
    iterations,
    MAC_KEY_BYTES,
    forge.md.sha256.create(),
  )
  const mac = createHmac('sha256', Buffer.from(key.getBytes(), 'binary')).update(Buffer.from(safe, 'binary')).digest()
  const algorithm = sequence(identifier('sha256'), nothing())
  return sequence(sequence(algorithm, octets(binary(mac))), octets(salt), integer(iterations))
}

function partsOf(node: Node): readonly [Node, Node] {
  const [algorithm, ciphertext] = Array.isArray(node.value) ? node.value : []
  if (algorithm === undefined || ciphertext === undefined) throw new TypeError('an encrypted value has two parts')
  return [algorithm, ciphertext]
}

function contentOf(node: Node): string {
  if (typeof node.value !== 'string') throw new TypeError('an octet string holds bytes')
  return node.value
}
