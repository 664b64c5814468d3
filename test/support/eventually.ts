/** Asks again until the answer is the one waited for, or the test runs out of time. */

/** The first answer that is as awaited; asked every 50 ms. */
export async function eventually<T>(ask: () => Promise<T>, isAwaited: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isAwaited(answer)) return answer
    await new Promise((done) => setTimeout(done, 50))
  }
}
