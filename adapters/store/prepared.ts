/** Statements that are built and compiled once, and then only given their values: to build one costs more than to run it. */
import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import type { ExecuteLater } from './driver.ts'
import type { Schema } from './schema.ts'

/** Stands in a statement for a value that comes with each call. */
class Blank {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** How statements of some tables reach their database without Kysely, which has nothing to do with one that is compiled. */
const direct = new WeakMap<object, ExecuteLater>()

/** For tables whose statements all go one way, with no plugin between. */
export const executeDirectly = (tables: object, execute: ExecuteLater): void => void direct.set(tables, execute)

/** Runs the statement with these values and answers its rows. */
export type Prepared<Values, Row> = (values: Values) => Promise<readonly Row[]>

/** What stands where a value will be; the same name may stand twice. */
type BlankFor<Values> = <Name extends keyof Values & string>(name: Name) => Values[Name]

/**
 * A statement whose text is always the same: `build` is called once, with blanks for its values. Rejects where a value is missing.
 * For statements of every message; what is asked once a day may be built each time.
 */
export function prepared<Values extends object, Row = never, Columns = Schema>(
  tables: Kysely<Columns>,
  build: (blank: BlankFor<Values>) => Compilable<Row>,
): Prepared<Values, Row> {
  let compiled: CompiledQuery<Row> | undefined
  // A blank is typed as the value it stands for: it never reaches the database.
  const blank: BlankFor<Values> = (name) => new Blank(name) as Values[typeof name]
  return async (values) => {
    compiled ??= build(blank).compile()
    const parameters = compiled.parameters.map((one) => (one instanceof Blank ? valueOf(values, one.name) : one))
    const query = { ...compiled, parameters }
    const run = direct.get(tables)
    return (run === undefined ? await tables.executeQuery<Row>(query) : await run<Row>(query)).rows
  }
}

const valueOf = (values: object, name: string): unknown => Reflect.get(values, name)
