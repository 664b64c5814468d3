/** Text that somebody writes to stand on one line among other words, such as a name or a title: what it may hold. */

/** Controls, what has no width, what turns a line around, and code points that are nobody's; the joiners that Persian and Arabic need stay. */
const UNWRITABLE = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu
/** More marks than any script puts on one letter: they would run over what stands around. */
const PILED_UP = /\p{M}{4}/u

/** Whether nothing in it is unseen, breaks the line, turns it around or runs over what stands around. */
export const isOneLine = (text: string): boolean => text.search(UNWRITABLE) === -1 && !PILED_UP.test(text)

/** The same text on one line, without what may not stand there; empty where nothing else is in it. */
export const oneLineOf = (text: string): string =>
  text
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(UNWRITABLE, '')
    .replaceAll(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim()
