/** Markup as a browser's reader takes it apart, as far as tests need: which elements with which attributes. */

/** Names of void elements need no end; comments and raw text do not occur in what the tag makes. */
const TAG = /<(\/?)([a-z][^\s/>]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/gi
const ATTRIBUTE = /\s([^\s"'<>/=]+)(?:\s*=)?/g

/** Each opening tag as its name and the names of its attributes, in order: `a class href`. */
export const elementsOf = (markup: string): readonly string[] =>
  [...markup.matchAll(TAG)].flatMap(([, slash, name, rest]) => {
    if (slash === '/' || name === undefined) return []
    const bare = (rest ?? '').replaceAll(/=\s*(?:"[^"]*"|'[^']*')/g, '= ')
    return [[name.toLowerCase(), ...[...bare.matchAll(ATTRIBUTE)].map(([, attribute]) => attribute)].join(' ')]
  })
