/** Rows as comma-separated values (RFC 4180) that a spreadsheet opens and calculates nothing of. */

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/

const cellOf = (text: string): string => {
  const plain = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

/** By this mark a spreadsheet knows that it is UTF-8. */
const MARK = String.fromCodePoint(0xfeff)

/** The head and the rows, each as long as the head, with CRLF after each. */
export const printCsv = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${MARK}${[head, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`
