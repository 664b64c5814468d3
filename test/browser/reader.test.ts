/** A social worker at a browser: starts without history, raises it with a reason, asks for more and is given it once; then what was read is taken back. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import { waitingReferrals } from '#cli/demo/waiting.ts'
import type { DemoCase } from '#cli/demo/demo-case.ts'
import { faultsOf, keepPicture } from '#test/support/browser.ts'
import { eventually, firstRow, openHouse } from './people.ts'
import type { House } from './people.ts'

const CONSTANT = 'You may not be shown everything that exists.'
/** Of the referral that waits: a strength is of the current picture, not of a start without history. */
const STRENGTHS = /Protective factors/

describe('a social worker', function () {
  this.timeout(240_000)
  let house: House
  let reader: Page
  let officer: Page
  let referral: ReturnType<typeof waitingReferrals>[number]
  let address = ''

  before(async function () {
    house = await openHouse(this)
    await house.stage.choose('pairs-social-worker', { depth: 'D3' }, 'organisation')
    const [first] = waitingReferrals(house.stage.cases)
    referral = first ?? assert.fail('nothing waits')
    await house.stage.send('probation-counsellor', referral)
    reader = await house.enter('reader')
    officer = await house.enter('officer')
  })
  after(() => house?.[Symbol.asyncDispose]())

  const main = (): Promise<string> => reader.locator('main').innerText()

  it('finds the case in the inbox, and is asked how much to read before the first word of it', async () => {
    const row = await firstRow(reader, '/inbox')
    await keepPicture(reader, 'inbox')
    await reader.goto(row)
    await reader.waitForURL(/\/arrival$/)
    const text = await main()
    assert.ok(text.indexOf('Start without history') < text.indexOf('Recent history'))
    assert.match(text, /What you must know whatever you choose/)
    assert.doesNotMatch(text, STRENGTHS)
    assert.doesNotMatch(text, /Everything that policy permits/)
    await keepPicture(reader, 'arrival')
  })

  it('starts without history: reads who it is and what is ordered, and no story', async () => {
    await reader.getByRole('radio', { name: /^Start without history/ }).check()
    await reader.getByRole('button', { name: 'Open', exact: true }).click()
    address = await firstRow(reader, '/inbox?tab=mine')
    await eventually(reader, address, /Legal measures/)
    assert.doesNotMatch(await main(), /knitting|cook|Plays/i)
    assert.ok((await main()).includes(CONSTANT) || (await reader.locator('body').innerText()).includes(CONSTANT))
    await keepPicture(reader, 'summary-d0')
  })

  it('reads up to the current picture with a reason, and no permission', async () => {
    const before = (await main()).length
    await reader.getByRole('link', { name: 'Show more history' }).first().click()
    await reader.getByRole('radio', { name: /^Current picture/ }).check()
    await reader.getByRole('radio', { name: /^From now on/ }).check()
    await reader.getByRole('radio', { name: /^I prepare a meeting/ }).check()
    await reader.getByLabel(/^In your words/).fill('First meeting on Thursday morning.')
    await reader.locator('main').getByRole('button').first().click()
    await eventually(reader, address, STRENGTHS)
    address = new URL(reader.url()).pathname
    assert.ok((await main()).length > before)
    await keepPicture(reader, 'summary-d2')
  })

  it('asks for more than policy shows; the officer reads why and gives once', async () => {
    await reader.goto(`${address}/ask`)
    await reader.getByLabel('Panel decision').check()
    await reader.getByLabel('For what').selectOption({ label: 'Support for disengagement' })
    await reader.getByRole('radio', { name: /Within 3 days/ }).check()
    await reader.getByLabel(/^Why you need it/).fill('The plan has to follow what the panel decided last month.')
    await reader.getByRole('button', { name: 'See what the officer will read' }).click()
    await keepPicture(reader, 'ask')
    await reader.getByRole('button', { name: /Send/ }).click()
    await officer.goto(await firstRow(officer, '/requests'))
    assert.match(await officer.locator('main').innerText(), /what the panel decided last month/)
    await officer.getByRole('radio', { name: /^Give once/ }).check()
    await keepPicture(officer, 'request')
    await officer.getByRole('button', { name: 'Answer' }).click()
    await eventually(officer, '/requests', /No open requests/)
    await eventually(reader, `${address}/ask`, /[Gg]iven/)
  })

  it('acknowledges, and what probation takes back is gone from every page, with its reason', async () => {
    const item = (referral['items'] as DemoCase['items']).find(({ term }) => term === 'strength')
    assert.ok(item !== undefined)
    await reader.goto(address)
    await reader.getByRole('button', { name: /^Acknowledge/ }).click()
    const value = JSON.stringify(item.value).slice(2, 22)
    await eventually(reader, address, new RegExp(value.replaceAll(/[.*+?^${}()|[\]\\]/g, '.')))
    await house.stage.send('probation-counsellor', {
      kind: 'Recall',
      caseId: referral['caseId'],
      purpose: 'disengagement-support',
      legalBasisId: 'eu.led.9-2',
      reason: 'unlawfully-transmitted',
      recalled: [item.itemId],
    })
    await eventually(reader, '/inbox', /Recall|[Tt]aken back|[Ww]ithdrawn/)
    await keepPicture(reader, 'inbox-recall')
    await reader.goto(address)
    await reader.waitForTimeout(300)
    assert.ok(!(await reader.locator('body').innerText()).includes(value))
    await keepPicture(reader, 'recalled')
  })

  it('meets no fault of script or content policy on the way', () =>
    assert.deepEqual([...faultsOf(reader), ...faultsOf(officer)], []))
})
