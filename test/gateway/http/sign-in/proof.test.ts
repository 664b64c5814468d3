/** Approvals: a passkey of one's own signs the hash of what is approved, once, in time; and the buttons of a demo. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Account, Session } from '#gateway/core/account.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { inviteAgain } from '#gateway/rooms/people.ts'
import { askSignIn, askStepUp, signInByPasskey, stepUp } from '#gateway/rooms/sign-in.ts'
import { keptForm } from '#gateway/rooms/sign-in-kept.ts'
import { askPasskey, enterByLink } from '#gateway/rooms/sign-in-passkeys.ts'
import { openDemoAccounts } from '#gateway/rooms/sign-in-demo.ts'
import { askProof, takeProof } from '#gateway/rooms/sign-in-proof.ts'
import type { SignInDeps } from '#gateway/rooms/sign-in-proof.ts'
import { openSignIn } from '#adapters/sign-in/open.ts'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { openText, sealText } from '#adapters/sign-in/kept-text.ts'
import { aBrowser } from '#test/support/browser-cookies.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aPasskey } from '#test/support/passkey.ts'
import { openTestWeb } from '#test/support/web.ts'

const ORIGIN = 'https://passerelle.example'
const HASH = sha256Hex('the change as it reads')

const SESSION = { method: 'passkey', computer: 'own', beganAt: 0, seenAt: 0 } as const

describe('a proof of what somebody means', () => {
  let gateway: TestGateway
  let deps: SignInDeps
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    deps = { ...gateway.deps, signIn: openSignIn(ORIGIN) }
  })
  after(() => gateway.stop())

  const anOfficer = async () => {
    const account: Account = {
      id: randomUUID(),
      name: 'DEMO officer',
      role: 'officer',
      organisation: 'pairs-paris' as OrganisationId,
      from: 0,
    }
    const passkey = aPasskey(ORIGIN)
    await deps.store.transaction(async (tx) => {
      await tx.people.putAccount(account)
      await tx.people.addCredential(passkey.credential(account.id))
    })
    return { account: account.id, passkey }
  }
  type Officer = Awaited<ReturnType<typeof anOfficer>>
  const asked = async ({ account }: Officer, challengeHash = HASH) => {
    const ask = await askProof(deps, account, challengeHash)
    assert.ok(ask)
    return { word: ask.word, options: ask.options as { readonly challenge: string } }
  }
  const codeOf = async (given: Parameters<typeof takeProof>[1]) => {
    const taken = await takeProof(deps, given)
    return taken.ok ? 'taken' : taken.problem.code
  }

  it('H115 is evidence that anybody can verify, of the one passkey and the one hash', async () => {
    const officer = await anOfficer()
    const { word, options } = await asked(officer)
    const taken = await takeProof(deps, {
      account: officer.account,
      challengeHash: HASH,
      word,
      response: officer.passkey.answer(options),
    })
    assert.ok(taken.ok)
    const { credentialId, evidence } = taken.value
    const credential = await deps.store.read.people.credential(credentialId)
    assert.ok(credential)
    assert.ok((await verifyEvidence({ evidence, challengeHash: HASH, credential, origin: ORIGIN })).ok)
  })

  it('H115 is refused a second time, too late, of another text, and of somebody else', async () => {
    const [officer, other] = [await anOfficer(), await anOfficer()]
    const once = await asked(officer)
    const given = {
      account: officer.account,
      challengeHash: HASH,
      word: once.word,
      response: officer.passkey.answer(once.options),
    }
    assert.equal(await codeOf(given), 'taken')
    assert.equal(await codeOf(given), 'proof-refused')
    const again = await asked(officer)
    assert.equal(await codeOf({ ...given, word: again.word }), 'proof-refused')
    const changed = await asked(officer)
    const response = officer.passkey.answer(changed.options)
    assert.equal(
      await codeOf({ ...given, word: changed.word, response, challengeHash: sha256Hex('other') }),
      'proof-refused',
    )
    const theirs = await asked(officer)
    const forged = other.passkey.answer(theirs.options)
    assert.equal(await codeOf({ ...given, word: theirs.word, response: forged }), 'proof-refused')
    const lent = await asked(officer)
    const mine = officer.passkey.answer(lent.options)
    assert.equal(await codeOf({ ...given, account: other.account, word: lent.word, response: mine }), 'proof-refused')
    const late = await asked(officer)
    gateway.advance(10 * 60_000)
    assert.equal(
      await codeOf({ ...given, word: late.word, response: officer.passkey.answer(late.options) }),
      'proof-refused',
    )
  })

  it('H113 counts a use once, also where two come at the same moment', async () => {
    const officer = await anOfficer()
    const [one, two] = [await asked(officer), await asked(officer)]
    const use = ({ word, options }: typeof one) =>
      codeOf({
        account: officer.account,
        challengeHash: HASH,
        word,
        response: officer.passkey.answer(options, { counter: 7 }),
      })
    assert.deepEqual((await Promise.all([use(one), use(two)])).toSorted(), ['proof-refused', 'taken'])
  })

  it('is nobody’s where the answer is none, the account is gone, or it was asked of another session', async () => {
    const officer = await anOfficer()
    for (const response of ['', '{}', officer.passkey.answer({ challenge: 'AAAA' })]) {
      const { word } = await asked(officer)
      assert.equal(await codeOf({ account: officer.account, challengeHash: HASH, word, response }), 'proof-refused')
    }
    const orphan = aPasskey(ORIGIN)
    await deps.store.transaction((tx) => tx.people.addCredential(orphan.credential(randomUUID())))
    const ask = askSignIn(deps)
    const response = orphan.answer(ask.options as { readonly challenge: string })
    const entered = await signInByPasskey(deps, { word: ask.word, response }, { computer: 'own' })
    assert.equal(entered.ok ? 'in' : entered.problem.code, 'proof-refused')
    const account = await deps.store.read.people.account(officer.account)
    assert.ok(account)
    const session = (id: string): Session => ({ ...SESSION, id, account: account.id })
    const step = await askStepUp(deps, { account, session: session('one') })
    assert.ok(step)
    const proof = officer.passkey.answer(step.options as { readonly challenge: string })
    const stepped = await stepUp(deps, { account, session: session('two') }, { word: step.word, response: proof })
    assert.equal(stepped.ok ? 'up' : stepped.problem.code, 'proof-refused')
    const again = await askStepUp(deps, { account, session: session('one') })
    assert.ok(again)
    const bad = await stepUp(deps, { account, session: session('one') }, { word: again.word, response: '{' })
    assert.equal(bad.ok ? 'up' : bad.problem.code, 'proof-refused')
  })

  it('makes one passkey of a link, also where two browsers hold it, and none that was asked of somebody else', async () => {
    const { account } = await anOfficer()
    const person = await deps.store.read.people.account(account)
    assert.ok(person)
    const invited = await inviteAgain(deps, 'operator', account)
    assert.ok(invited.ok)
    const other = await deps.store.read.people.account((await anOfficer()).account)
    assert.ok(other)
    const enter = async (of: Account) => {
      const { word, options } = await askPasskey(deps, of)
      const response = aPasskey(ORIGIN).answer(options as { readonly challenge: string })
      return () =>
        enterByLink(deps, { word, response, label: '', computer: 'own', code: '', linkWord: invited.value.word })
    }
    const stolen = await (await enter(other))()
    assert.equal(stolen.ok ? 'in' : stolen.problem.code, 'proof-refused')
    const both = await Promise.all([enter(person), enter(person)])
    const came = await Promise.all(both.map((come) => come()))
    assert.deepEqual(came.map((one) => (one.ok ? 'in' : one.problem.code)).toSorted(), ['in', 'not-found'])
    assert.equal((await deps.store.read.people.credentialsOf(account)).length, 2)
  })

  it('gives nothing back of a kept form that was altered', async () => {
    const kept = { id: sha256Hex('w'), account: 'a', sealed: 'AAAA', until: deps.clock() + 1000 }
    await deps.store.transaction((tx) => tx.keptForms.keep(kept))
    assert.equal(await keptForm(deps, 'a', 'w'), undefined)
  })

  it('is asked of nobody without a passkey', async () => {
    assert.equal(await askProof(deps, randomUUID(), HASH), undefined)
  })

  it('leaves nothing that opens with another word, about somebody else, or altered', () => {
    const given = { word: 'a', text: 'what was written', about: 'amel' }
    const sealed = sealText(given)
    assert.equal(openText({ ...given, sealed }), given.text)
    assert.equal(openText({ ...given, word: 'b', sealed }), undefined)
    assert.equal(openText({ ...given, about: 'bruno', sealed }), undefined)
    assert.equal(openText({ ...given, sealed: `${sealed.slice(0, -4)}AAAA` }), undefined)
    assert.equal(openText({ ...given, sealed: '' }), undefined)
  })

  it('is the demo’s to do without: buttons let invented people in there, and nowhere else', async () => {
    await openDemoAccounts(gateway.deps, 'pairs-social-worker')
    await using demo = await openTestWeb(gateway.deps, { isDemo: true })
    const homes = { officer: '/policy', second: '/policy', operator: '/operators', reader: '/inbox' }
    for (const [person, home] of Object.entries(homes)) {
      const browser = aBrowser(demo.stranger)
      assert.equal((await browser.post('/sign-in/demo', { person, shared: 'no' })).status, 303)
      assert.equal((await browser.get('/')).headers.get('location'), home)
      gateway.advance(6 * 60_000)
      assert.equal((await browser.get('/passkeys/new')).status, 303)
      assert.match((await browser.get('/step-up')).text, /action="\/step-up\/demo"/)
      assert.equal(
        (await browser.post('/step-up/demo', { to: '/passkeys/new' })).headers.get('location'),
        '/passkeys/new',
      )
      assert.equal((await browser.get('/passkeys/new')).status, 200)
    }
    assert.equal((await demo.stranger.post('/sign-in/demo', { person: 'admin' })).status, 404)
    await using real = await openTestWeb(gateway.deps)
    assert.equal((await real.stranger.post('/sign-in/demo', { person: 'officer' })).status, 404)
    assert.doesNotMatch((await real.stranger.get('/sign-in')).text, /demo/i)
    const officer = await real.signIn('officer')
    assert.equal((await officer.post('/step-up/demo')).status, 404)
    await assert.rejects(openDemoAccounts(gateway.deps, 'nobody'))
    await using empty = await bootGateway({ worker: 'paused' })
    await using bare = await openTestWeb(empty.deps, { isDemo: true })
    assert.equal((await bare.stranger.post('/sign-in/demo', { person: 'officer' })).status, 404)
    assert.doesNotMatch((await bare.stranger.get('/sign-in')).text, /\/sign-in\/demo/)
    assert.match((await demo.stranger.get('/sign-in')).text, /\/sign-in\/demo/)
  })
})
