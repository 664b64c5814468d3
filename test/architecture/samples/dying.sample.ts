/** A test file for run.test.ts to run: it takes its process down. */
import { describe, it } from 'mocha'

describe('a dying sample', () => {
  it('ends the process', () => process.exit(0))
})
