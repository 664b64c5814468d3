/** What an operator sees of the traffic, log, metrics, spans and refusals, holds nothing of what the messages say: every fixture goes through. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { after, before, describe, it } from 'mocha'
import { walk } from '#adapters/dialects/json-tree.ts'
import { isFullRun } from '#test/support/samples.ts'
import { fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { anItemText } from '#test/support/messages.ts'
import { aCaseId, ban, handover, ON_SENTENCE } from './stage.ts'

const MOST_BYTES = 64 * 1024
const SENDER = 'prison-paris'
/** Shorter words may be codes of ours by chance. */
const LEAST_CHARS = 14
const MOST_WORDS = 60

interface Fed {
  readonly path: string
  readonly text: string
  /** The document, where it is one. */
  readonly document: unknown
  readonly words: readonly string[]
}

/** Every file of the fixtures that is a text of a size that people send. */
function fixtures(): readonly Fed[] {
  const folder = fixturesDir()
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= MOST_BYTES)
    .toSorted()
    .map((path) => {
      const text = readFileSync(path, 'utf8')
      const document = documentIn(text)
      return { path: relative(folder, path), text, document, words: wordsOf(text, document) }
    })
}

/** A number too large for JSON is nothing that anybody could sign. */
function documentIn(text: string): unknown {
  try {
    return JSON.parse(JSON.stringify(JSON.parse(text)))
  } catch {
    return undefined
  }
}

/** What of it would be known again: the strings of a document, the lines of any other text. */
function wordsOf(text: string, document: unknown): readonly string[] {
  const walked = walk(document)
  const leaves = walked.ok ? walked.nodes.map(({ value }) => value) : text.split('\n')
  return leaves
    .flatMap((leaf) => (typeof leaf === 'string' ? [leaf.trim().slice(0, 60)] : []))
    .filter((word) => word.length >= LEAST_CHARS)
    .slice(0, MOST_WORDS)
}

describe('what an operator sees of the traffic', () => {
  needsFixtures()
  const spans = new InMemorySpanExporter()
  const seen: string[] = []
  let gateway: TestGateway
  before(async () => {
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
    gateway = await bootGateway()
  })
  after(async () => {
    trace.disable()
    await gateway.stop()
  })

  /** As a body that is no message, as an item of a message, as a native record, and where an id belongs. Answers how many were accepted. */
  async function feed({ text, document, words: [word = text] }: Fed): Promise<number> {
    const item = ban({ value: text.slice(0, 1500) })
    const native = { dialect: 'hmpps-record', record: 'any', service: SENDER, document }
    const sent = [
      await gateway.post(SENDER, Buffer.from(text)),
      await gateway.send(SENDER, handover(aCaseId(), [item])),
      await gateway.send(SENDER, { kind: 'CaseHandover', caseId: aCaseId(), ...ON_SENTENCE, native }),
      await gateway.send(SENDER, handover(word.slice(0, 60), [anItemText({ section: word.slice(0, 60) })])),
      await gateway.ask({ organisation: SENDER }, 'get', `/v1/submissions/${encodeURIComponent(word)}`),
      await gateway.ask({ organisation: SENDER }, 'put', `/v1/choices/${encodeURIComponent(word)}`, {
        headers: { 'Idempotency-Key': randomUUID() },
        body: { depth: word, sections: { [word]: 'D1' } },
      }),
    ]
    for (const answer of sent) if (answer.status >= 400) seen.push(answer.text)
    return sent.filter(({ status }) => status === 202).length
  }

  it('holds nothing of what the messages say', async function () {
    this.timeout(900_000)
    const all = fixtures()
    const fed = all.filter((_, index) => isFullRun || index % 4 === 0)
    let accepted = 0
    for (const one of fed) accepted += await feed(one)
    await gateway.settled()
    const told = [
      ...seen,
      ...gateway.log.map((line) => JSON.stringify(line)),
      ...spans
        .getFinishedSpans()
        .map(({ name, attributes, status, events }) => JSON.stringify({ name, attributes, status, events })),
      await gateway.metrics(),
    ].join('\n')
    const words = new Set(fed.flatMap(({ words: own }) => own))
    assert.deepEqual(
      [...words].filter((word) => told.includes(word) || told.includes(JSON.stringify(word).slice(1, -1))),
      [],
    )
    console.log(
      `    ${fed.length} of ${all.length} fixtures, ${accepted} messages accepted, ${words.size} words looked for in ${told.length} characters`,
    )
    assert.ok(accepted > fed.length * 0.9 && words.size > fed.length * 5 && told.length > 100_000)
  })

  it('says of each room how long it took and what came of it', () => {
    const finished = spans.getFinishedSpans()
    const names = new Set(finished.map(({ name }) => name))
    assert.deepEqual(
      ['operation', 'verify', 'record', 'deliver'].filter((name) => !names.has(`passerelle.${name}`)),
      [],
    )
    const delivered = finished.filter(({ name }) => name === 'passerelle.deliver')
    assert.ok(delivered.some(({ attributes }) => attributes['passerelle.state'] === 'done'))
  })
})
