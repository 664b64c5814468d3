/** XML as it comes: names by namespace, references, schemas, and every attack on a parser refused before or while parsing. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { foreignContent } from '#adapters/dialects/configured/content-kind.ts'
import type { XmlSettings } from '#adapters/dialects/configured/mapping-file.ts'
import type { ReadSource } from '#adapters/dialects/configured/source.ts'
import { readXml, schemaTextFault } from '#adapters/dialects/configured/xml-source.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import { sampledMs, samples } from '#test/support/samples.ts'

const SETTINGS: XmlSettings = { format: 'xml', namespaces: { p: 'urn:p' }, start: 'p:a', repeated: ['b'], same: {} }
const read = (text: string | Uint8Array, settings: Partial<XmlSettings> = {}, schema?: string): ReadSource =>
  readXml(Buffer.from(text), { ...SETTINGS, ...settings }, schema)
const refusal = (source: ReadSource): string => (source.ok ? 'accepted' : (source.faults[0]?.reason ?? ''))
const documentOf = (source: ReadSource): unknown => (source.ok ? source.document : source.faults)

describe('XML as a tree', () => {
  it('names elements and attributes by namespace, whatever the prefix, and keeps text, lists and nil', () => {
    const body = (prefix: string): string =>
      `<${prefix}:a xmlns:${prefix}="urn:p" ${prefix}:x="1" y="2"><b>one</b><b>two</b><c xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/><d>t<e>u</e></d><!-- no --><f><![CDATA[<g>]]></f></${prefix}:a>`
    const expected = { '@p:x': '1', '@y': '2', b: ['one', 'two'], c: null, d: { '#text': 't', e: 'u' }, f: '<g>' }
    for (const prefix of ['p', 'q', 'other']) assert.deepEqual(documentOf(read(body(prefix))), expected)
  })

  it('gives a namespace that the mapping does not name by its URI, so that nothing is taken for what it is not', () =>
    assert.deepEqual(documentOf(read('<a xmlns="urn:p"><z xmlns="urn:other">1</z></a>')), { 'Q{urn:other}z': '1' }))

  it('refuses an element that stands twice and was not said to', () =>
    assert.deepEqual(documentOf(read('<a xmlns="urn:p"><c xmlns="">1</c><c xmlns="">2</c></a>')), [
      { pointer: '/c', reason: 'stands 2 times: name it under source.repeated' },
    ]))

  it('begins at one element of that name, wherever it stands, with pointers from the root', () => {
    const source = read('<w><v><a xmlns="urn:p"/></v></w>')
    assert.equal(source.ok ? source.start : '', '/v/p:a')
    assert.equal(refusal(read('<w/>')), 'no element p:a')
    assert.equal(refusal(read('<w><a xmlns="urn:p"/><v><a xmlns="urn:p"/></v></w>')), 'more than one element p:a')
  })

  it('follows a reference once, and no chain or circle of them', () => {
    const references = { from: '@ref', to: '@id', as: 'note' }
    const text =
      '<a xmlns="urn:p"><x xmlns="" ref="1"/><n xmlns="" id="1" ref="2"><t>one</t></n><m xmlns="" id="2" ref="1"/></a>'
    const found = documentOf(read(text, { references })) as { readonly x: unknown }
    assert.deepEqual(found.x, { '@ref': '1', note: [{ '@id': '1', '@ref': '2', t: 'one' }] })
  })

  it('reads UTF-8 with or without a byte order mark, and ISO-8859-1 where the file says so', () => {
    const text = (declared: string): string =>
      `<?xml version="1.0"${declared}?><a xmlns="urn:p"><b xmlns="">Zoë</b></a>`
    for (const bytes of [
      Buffer.from(text('')),
      Buffer.from(`\uFEFF${text(' encoding="UTF-8"')}`),
      Buffer.from(text(' encoding="ISO-8859-1"'), 'latin1'),
    ])
      assert.deepEqual(documentOf(read(bytes)), { b: ['Zoë'] })
    assert.match(refusal(read(Buffer.from(text(' encoding="UTF-7"')))), /an encoding other than/)
    assert.equal(refusal(read(Buffer.from(text(''), 'latin1'))), 'not UTF-8')
  })
})

const XSD = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:p" elementFormDefault="unqualified">
  <xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" type="xs:int" maxOccurs="2"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>`

describe('XML with a schema', () => {
  it('passes what fits, and refuses what does not by its line, without a word of what stood there', () => {
    assert.deepEqual(documentOf(read('<p:a xmlns:p="urn:p"><b>1</b></p:a>', {}, XSD)), { b: ['1'] })
    assert.equal(
      refusal(read('<p:a xmlns:p="urn:p">\n<b>Jean-SECRET</b></p:a>', {}, XSD)),
      'does not fit its schema in line 2',
    )
  })

  it('is a fault of the mapping where the schema is none, has a DOCTYPE, or loads another', () => {
    assert.equal(schemaTextFault(XSD), undefined)
    assert.equal(schemaTextFault('<a/>'), 'not an XML Schema')
    assert.equal(schemaTextFault(`<!DOCTYPE a>${XSD}`), 'a schema with a DOCTYPE')
    assert.match(
      schemaTextFault(XSD.replace('<xs:element', '<xs:include schemaLocation="/etc/passwd"/><xs:element')) ?? '',
      /loads another/,
    )
  })
})

const LAUGHS = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, n) => `<!ENTITY ${'bcdefghij'[n]} "${`&${'abcdefghi'[n]};`.repeat(10)}">`).join('')}]><l>&j;</l>`
const QUADRATIC = `<!DOCTYPE l [<!ENTITY a "${'x'.repeat(50_000)}">]><l>${'&a;'.repeat(50_000)}</l>`

describe('XML, hostile files', () => {
  const REFUSED: readonly (readonly [string, string, RegExp])[] = [
    ['H104 a billion laughs', LAUGHS, /DOCTYPE/],
    ['H104 a quadratic blow-up', QUADRATIC, /DOCTYPE/],
    ['H104 an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', /DOCTYPE/],
    ['H104 a DOCTYPE in other letters and after a comment', '<!-- x --><!doctype a><a/>', /DOCTYPE/],
    ['H104 an entity that nobody declared', '<a xmlns="urn:p">&x;</a>', /not well-formed XML/],
    [
      'H104 an XInclude',
      '<a xmlns="urn:p"><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/></a>',
      /XInclude/,
    ],
    [
      'H104 a style sheet to run',
      '<?xml-stylesheet href="http://127.0.0.1/x.xsl"?><a xmlns="urn:p"/>',
      /processing instruction/,
    ],
    ['H104 elements in one another', `${'<b>'.repeat(255)}${'</b>'.repeat(255)}`, /nested more than 64 deep/],
    [
      'H104 elements in one another without end',
      `${'<b>'.repeat(100_000)}${'</b>'.repeat(100_000)}`,
      /not well-formed XML/,
    ],
    [
      'H104 attributes without end',
      `<a xmlns="urn:p" ${Array.from({ length: 65 }, (_, n) => `x${n}="1"`).join(' ')}/>`,
      /more than 64 attributes/,
    ],
    [
      'H104 elements without end',
      `<a xmlns="urn:p">${'<b xmlns=""/>'.repeat(200_001)}</a>`,
      /more than 200000 elements/,
    ],
    ['H104 a start without an end', '<a xmlns="urn:p">', /not well-formed XML at line 1/],
    ['H104 an attribute twice', '<a xmlns="urn:p" x="1" x="2"/>', /not well-formed XML/],
  ]
  for (const [title, text, reason] of REFUSED)
    it(`${title}: refused`, function () {
      this.timeout(sampledMs(20_000))
      assert.match(refusal(read(text)), reason)
    })

  it('H104 a DOCTYPE in UTF-16 or UTF-7, where a search for it would miss it, is refused by its encoding', () => {
    const text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    assert.match(refusal(read(utf16)), /UTF-8/)
    assert.match(foreignContent(utf16) ?? '', /UTF-16/)
    assert.match(
      refusal(read('<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>')),
      /an encoding other than/,
    )
  })

  it('never throws, whatever the text, and no reason quotes it', () => {
    const part = fc.constantFrom(
      '<a>',
      '</a>',
      '<p:a xmlns:p="urn:p">',
      '&#0;',
      '&SECRET;',
      ']]>',
      '<![CDATA[',
      '<!--',
      '"',
      'SECRET',
      ' x=',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 12 }), (parts) => {
        const source = read(parts.join(''))
        if (!source.ok) assert.doesNotMatch(JSON.stringify(source.faults), /SECRET/)
      }),
      { numRuns: samples(200) },
    )
  })
})

describe('XML, the payload lists', () => {
  needsFixtures()
  const payloadsOf = (name: string): readonly { readonly origin: string; readonly payload: string }[] =>
    (fixtureJson(`payloads/${name}.json`) as { payloads: { origin: string; payload: string }[] }).payloads

  it('H104 every document with an external entity or an entity bomb is refused', () => {
    const list = payloadsOf('xml-external-entity')
    assert.ok(list.length > 25)
    for (const { origin, payload } of list)
      assert.notEqual(refusal(read(payload, { start: 'data' })), 'accepted', origin)
  })

  it('H104 every style sheet and picture is refused, or data that nothing runs', () => {
    const list = payloadsOf('xml-stylesheet-and-svg')
    assert.ok(list.length > 5)
    for (const { payload } of list) {
      const source = read(payload, { start: 'svg:svg', namespaces: { svg: 'http://www.w3.org/2000/svg' } })
      if (source.ok) assert.doesNotMatch(JSON.stringify(source.document), /root:.*:0:0/)
    }
  })
})

describe('what a file is by its content', () => {
  const FOREIGN: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
    ['H106 a ZIP archive, empty or not', Buffer.from('PK\x03\x04rest', 'latin1'), /ZIP/],
    ['H106 an empty ZIP archive', Buffer.from('PK\x05\x06rest', 'latin1'), /ZIP/],
    ['H106 a ZIP archive that hangs on a text', Buffer.from('a,b\n1,2\nPK\x05\x06'.padEnd(60, ' '), 'latin1'), /ZIP/],
    ['H106 a compressed file', Buffer.from([0x1f, 0x8b, 8]), /compressed/],
    ['H106 an archive of tar', Buffer.concat([Buffer.alloc(257, 0x61), Buffer.from('ustar')]), /archive/],
    ['H108 an Office document with macros', Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), /Office/],
    ['H108 a PDF that begins as text', 'a,b\n1,2\n%PDF-1.7', /PDF/],
    ['H108 a program', Buffer.from('MZ\x90\0', 'latin1'), /program/],
    ['H108 a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47]), /picture/],
    ['H108 an RTF document', '{\\rtf1}', /RTF/],
    ['H108 a text with NUL', 'a\0b', /NUL/],
  ]
  for (const [title, bytes, kind] of FOREIGN)
    it(`${title}: told by its content`, () => assert.match(foreignContent(Buffer.from(bytes)) ?? '', kind))

  it('takes JSON, XML and CSV for text', () => {
    for (const text of ['{}', '<a/>', 'a,b\n1,2', '', '\uFEFFa,b'])
      assert.equal(foreignContent(Buffer.from(text)), undefined)
  })
})
