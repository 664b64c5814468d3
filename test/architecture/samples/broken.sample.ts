/** A test file for run.test.ts to run: it does not load. */
throw new Error('this file does not load')
