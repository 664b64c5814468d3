/** What somebody called themselves or a thing, as it stands inside a sentence: nothing in it moves the words around it. */

/** It begins and ends in letters that run left to right, with nothing in between that could run otherwise. */
const PLAIN = /^\p{sc=Latin}(?:[\p{sc=Latin}\d '’.,&-]*\p{sc=Latin})?$/u
/** What turns a line around; names and titles hold none since they are read at entry, but what is stored may be older. */
const TURNING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** As `bdi` does for elements, within a text: the first letter decides the direction of it alone. */
export const isolated = (text: string): string =>
  PLAIN.test(text) ? text : `\u2068${text.replaceAll(TURNING, '')}\u2069`
