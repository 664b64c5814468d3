/** Two processes over one register, the gateway and an officer's command: what one revokes, the other can neither miss nor outrun. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'mocha'
import { makeMembersFolder, makeRootFolder } from '#adapters/pki/authority-folder.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { digestOfKey, issueTo, periodFrom, revoke, writeList } from '#adapters/pki/issuing.ts'
import type { Issued, Register } from '#adapters/pki/register.ts'

const DAY_MS = 86_400_000
const AT = Date.now()
const URI = 'spiffe://net.test/org/prison'

describe('a register of two processes', () => {
  let folder: string
  let root: OpenAuthority
  let members: OpenAuthority

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-register-'))
    const period = { from: AT - DAY_MS, until: AT + 400 * DAY_MS }
    root = await makeRootFolder({ folder: join(folder, 'root'), name: 'DEMO Root', period })
    const about = { name: 'DEMO Members CA', period, network: 'net.test', dnsNames: [], addresses: [] }
    members = await makeMembersFolder(root, { folder: join(folder, 'members'), ...about })
  })
  after(async () => {
    for (const open of [root, members]) open[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function issued(): Promise<Issued> {
    const key = await generateCertificateKey()
    const leaf = { name: 'DEMO', uris: [URI], dnsNames: [], addresses: [], usages: ['client'] as const }
    const publicKey = { key: key.pair.publicKey, digest: digestOfKey(key.pem) }
    return issueTo(members, publicKey, { ...leaf, period: periodFrom(AT, 7) })
  }
  /** Whether another process could write now. */
  function canOthersWrite(): boolean {
    using other = new DatabaseSync(join(folder, 'members/register.db'), { timeout: 0 })
    try {
      other.exec('begin immediate; rollback')
      return true
    } catch {
      return false
    }
  }
  /** The authority, telling after each of those reads whether another process could have written behind it. */
  function watched(open: OpenAuthority, couldWrite: boolean[]): OpenAuthority {
    const telling =
      <Given, Read>(read: (given: Given) => Read): ((given: Given) => Read) =>
      (given) => {
        const value = read(given)
        couldWrite.push(canOthersWrite())
        return value
      }
    const { issuedTo, revokedAt, isRevoked } = open.register
    const register: Register = {
      ...open.register,
      issuedTo: telling(issuedTo),
      revokedAt: telling(revokedAt),
      isRevoked: telling(isRevoked),
    }
    return { ...open, register }
  }

  it('revokes all that an organisation holds, and none is issued between the look and the mark', async () => {
    const { serial } = await issued()
    const couldWrite: boolean[] = []
    assert.deepEqual(revoke(watched(members, couldWrite), { uri: URI }, { at: AT, reason: 'cessation' }), [serial])
    assert.deepEqual(couldWrite, [false])
    assert.equal(canOthersWrite(), true)
  })

  it('draws the number of a list together with what it says, so that a higher number never says less', async () => {
    const couldWrite: boolean[] = []
    await writeList(watched(members, couldWrite), AT)
    assert.deepEqual(couldWrite, [false])
  })

  it('asks whether the certificate to be followed is revoked in the moment that it registers the next', async () => {
    const { serial } = await issued()
    const couldWrite: boolean[] = []
    const key = await generateCertificateKey()
    const leaf = { name: 'DEMO', uris: [URI], dnsNames: [], addresses: [], usages: ['client'] as const }
    const publicKey = { key: key.pair.publicKey, digest: digestOfKey(key.pem) }
    await issueTo(watched(members, couldWrite), publicKey, { ...leaf, period: periodFrom(AT, 7) }, serial)
    assert.deepEqual(couldWrite, [false])
  })
})
