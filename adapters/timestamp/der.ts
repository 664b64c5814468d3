/** The two places where the bytes of a DER value (X.690) themselves matter: a token inside its response, a hash inside an attribute. */

export interface DerValue {
  readonly tag: number
  readonly content: Uint8Array
  /** Tag, length and content. */
  readonly whole: Uint8Array
}

const LONG_FORM = 0x80
const MOST_LENGTH_BYTES = 3

/** The values that stand one after another; undefined where the bytes are no such list. */
export function readDer(bytes: Uint8Array): readonly DerValue[] | undefined {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length;) {
    const value = valueAt(bytes.subarray(at))
    if (value === undefined) return undefined
    values.push(value)
    at += value.whole.length
  }
  return values
}

function valueAt(bytes: Uint8Array): DerValue | undefined {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  const lengthBytes = first < LONG_FORM ? 0 : first - LONG_FORM
  if (lengthBytes > MOST_LENGTH_BYTES || first === LONG_FORM) return undefined
  const start = 2 + lengthBytes
  const length = lengthBytes === 0 ? first : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0)
  if (bytes.length < start + length) return undefined
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) }
}
