/** What the document tests read in Markdown: headings, links to files of the repository, and blocks of code by their label. */
import { dirname, join } from 'node:path'

export interface CodeBlock {
  readonly label: string
  readonly text: string
}

const FENCE = /^```([^\n]*)\n([^]*?)^```\s*$/gm
const LINK = /!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g

export const codeBlocksOf = (markdown: string): readonly CodeBlock[] =>
  [...markdown.matchAll(FENCE)].map((match) => ({ label: (match[1] ?? '').trim(), text: match[2] ?? '' }))

const proseOf = (markdown: string): string => markdown.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '')

/** Headings of one level with their mark-up, in order. */
export const headingsOf = (markdown: string, level: number): readonly string[] =>
  markdown
    .replaceAll(FENCE, '')
    .split('\n')
    .filter((line) => line.startsWith('#'.repeat(level) + ' '))
    .map((line) => line.slice(level + 1).trim())

/** The name by which a heading can be linked to, as the usual forges make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

export const anchorsOf = (markdown: string): readonly string[] =>
  [1, 2, 3, 4].flatMap((level) => headingsOf(markdown, level).map(anchorOf))

/** Links to this repository as a path below its root and an anchor, '' for none; links to elsewhere are left out. */
export const linksOf = (path: string, markdown: string): readonly { readonly to: string; readonly anchor: string }[] =>
  [...proseOf(markdown).matchAll(LINK)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', anchor = ''] = link.split('#')
      return { to: file === '' ? path : join(dirname(path), file), anchor }
    })

/** The text below a heading of level 2, up to the next one; '' where there is none. */
export const sectionOf = (markdown: string, heading: string): string =>
  markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''

/** The rows of the first table whose first column is headed so, with the head and without the rule below it; cells trimmed. */
export function tableOf(markdown: string, firstHead: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHead} `))
  if (start === -1) return []
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  const rows = lines.slice(start, length === -1 ? lines.length : start + length)
  return rows
    .filter((_row, index) => index !== 1)
    .map((row) =>
      row
        .slice(1, row.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    )
}
