/** The mapping child: reads requests from standard input, answers on standard output. Started by `mapping-process.ts`, with no rights but to read itself. */
import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import type { ChildAnswer, ChildRequest } from './child-protocol.ts'
import { expressionFault } from './expressions.ts'
import { readRecords } from './read-records.ts'

// `$toMillis` completes by today's date what a text leaves out, and the same record must give the same items: in here it is always one day.
globalThis.Date = new Proxy(Date, {
  construct: (date, given: unknown[], as) => Reflect.construct(date, given.length === 0 ? [0] : given, as) as Date,
})

// A mapping is somebody else's: whatever an expression reaches, nothing that all values share can be changed by it.
// Objects and lists of JSONata write members of their own over inherited names, which a frozen prototype would forbid.
for (const shared of [Object, Array]) Object.preventExtensions(shared.prototype)
for (const shared of [Function, String, Number, Boolean, RegExp, Map, Set, Promise, Date])
  Object.freeze(Object.freeze(shared).prototype)
for (const shared of [JSON, Math, Reflect]) Object.freeze(shared)

/** Waits until the line is taken, so that answers do not heap up in here. */
const answer = (said: ChildAnswer): Promise<void> =>
  new Promise((resolve) => {
    stdout.write(`${JSON.stringify(said)}\n`, () => resolve())
  })

async function checked(request: Extract<ChildRequest, { readonly ask: 'check' }>): Promise<ChildAnswer> {
  const ofExpressions = request.expressions.flatMap((text, index) => {
    const reason = expressionFault(text)
    return reason === undefined ? [] : [{ of: index, reason }]
  })
  const { schema } = request
  const reason = schema === undefined ? undefined : (await import('./xml-source.ts')).schemaTextFault(schema)
  return {
    kind: 'checked',
    faults: [...ofExpressions, ...(reason === undefined ? [] : [{ of: 'schema' as const, reason }])],
  }
}

await answer({ kind: 'ready' })
for await (const line of createInterface({ input: stdin })) {
  // Written by the command that started this process, and by nobody else.
  const request = JSON.parse(line) as ChildRequest
  if (request.ask === 'check') await answer(await checked(request))
  else {
    const bytes = Buffer.from(request.bytes, 'base64')
    for await (const said of readRecords({ mapping: request.mapping, bytes, readAt: request.readAt }))
      await answer(said)
  }
}
