import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastThreadCpuMs } from '../test-support/least-cpu.ts';
import { xmpPacket } from '../test-support/xmp.ts';
import { readXmpMarks } from './read-xmp.ts';
import { writeXmp } from './write-xmp.ts';

const ai = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const read = (xml: string) => readXmpMarks(Buffer.from(xml));
const readProperties = (properties: string, attributes = '') => read(xmpPacket(properties, attributes));

describe('marks of an XMP packet', () => {
  test.each([
    ['an attribute', '', `Iptc4xmpExt:DigitalSourceType="${ai}"`],
    ['an element', `<Iptc4xmpExt:DigitalSourceType> ${ai}\n</Iptc4xmpExt:DigitalSourceType>`, ''],
    ['character data', `<Iptc4xmpExt:DigitalSourceType><![CDATA[${ai}]]></Iptc4xmpExt:DigitalSourceType>`, ''],
    ['a resource', `<Iptc4xmpExt:DigitalSourceType rdf:resource="${ai}"/>`, ''],
    [
      'another prefix',
      `<q:DigitalSourceType xmlns:q="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">${ai}</q:DigitalSourceType>`,
      '',
    ],
  ])('are read as %s', (_form, properties, attributes) => {
    expect(readProperties(properties, attributes)).toEqual({ digitalSourceType: ai });
  });

  test('are read from lists of creators and languages, in Unicode', () => {
    const marks = readProperties(`
      <dc:creator><rdf:Seq><rdf:li>Zoë Żak</rdf:li><rdf:li>山田 &amp; co</rdf:li></rdf:Seq></dc:creator>
      <dc:rights><rdf:Alt><rdf:li xml:lang="de">Deutsch</rdf:li><rdf:li xml:lang="x-default">© all</rdf:li></rdf:Alt></dc:rights>
      <photoshop:Credit>A &lt;b&gt;</photoshop:Credit>`);
    expect(marks).toEqual({ artist: 'Zoë Żak; 山田 & co', copyright: '© all', credit: 'A <b>' });
  });

  test('of several descriptions are all read', () => {
    const two = xmpPacket('<photoshop:Credit>one</photoshop:Credit>').replace(
      '</rdf:RDF>',
      '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:rights="two"/></rdf:RDF>',
    );
    expect(read(two)).toEqual({ credit: 'one', copyright: 'two' });
  });

  test('of an ingredient, a history or another vocabulary are not those of the picture', () => {
    const inner = `<rdf:Bag><rdf:li><rdf:Description photoshop:Credit="inner"><photoshop:Credit>inner</photoshop:Credit></rdf:Description></rdf:li></rdf:Bag>`;
    expect(
      readProperties(`<xmpMM:Ingredients xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">${inner}</xmpMM:Ingredients>`),
    ).toEqual({});
    expect(readProperties('<dc:Credit>other</dc:Credit>')).toEqual({});
  });

  test.each([
    'trainedAlgorithmicMedia',
    'https://shop.example.com/newscodes/digitalsourcetype/x',
    'http://cv.iptc.org/newscodes/digitalsourcetype/x?buy=now',
    'javascript:alert(1)',
  ])('have no source type that is not a code of the IPTC or of C2PA: %s', (text) => {
    expect(readProperties('', `Iptc4xmpExt:DigitalSourceType="${text}"`)).toEqual({});
  });

  test('before a fault are kept', () => {
    const packet = xmpPacket('<photoshop:Credit>kept</photoshop:Credit><dc:rights>');
    expect(read(packet)).toEqual({ credit: 'kept' });
    expect(read(packet.replace('<dc:rights>', '&undefined;'))).toEqual({ credit: 'kept' });
  });

  test('survive writing and reading, whatever characters they have', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).map((body) => `x${body.replace(/[\p{C}\s]/gu, '')}`);
    fc.assert(
      fc.property(fc.record({ artist: text, copyright: text, credit: text }), (marks) => {
        const written = { ...marks, digitalSourceType: ai };
        expect(read(writeXmp(written))).toEqual(written);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a hostile XMP packet', () => {
  test('has no entity expanded', () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${xmpPacket('<photoshop:Credit>&b;</photoshop:Credit>')}`;
    expect(read(bomb)).toEqual({});
  });

  test.each([
    ['deep nesting', '<a>'.repeat(300_000)],
    ['many attributes', `<a ${Array.from({ length: 60_000 }, (_, index) => `b${index}="c"`).join(' ')}>`],
    ['many creators', `<dc:creator><rdf:Seq>${'<rdf:li>x</rdf:li>'.repeat(50_000)}</rdf:Seq></dc:creator>`],
    ['a long text', `<photoshop:Credit>${'x&amp;'.repeat(170_000)}</photoshop:Credit>`],
    ['an open comment', `<!--${'-'.repeat(1_000_000)}`],
    ['many namespaces', Array.from({ length: 30_000 }, (_, index) => `<a xmlns:n${index}="u">`).join('')],
  ])('of a megabyte with %s is read in bounded time', (_kind, properties) => {
    const read = () => {
      for (const text of Object.values(readProperties(properties))) expect(text.length).toBeLessThanOrEqual(256);
    };
    expect(leastThreadCpuMs(read, 4_000)).toBeLessThan(4_000);
  });
});
