import { describe, expect, test } from 'vitest';
import { iptcBlock, iptcDataset, photoshopBlock } from '../test-support/iptc.ts';
import { leastThreadCpuMs } from '../test-support/least-cpu.ts';
import { readIptcTexts } from './iptc-texts.ts';

const [BY_LINE, CREDIT, COPYRIGHT, CAPTION] = [80, 110, 116, 120];

describe('the texts of an IPTC block', () => {
  const all = iptcBlock([
    [CAPTION, 'A shoe'],
    [BY_LINE, 'Zoë Żak'],
    [CREDIT, 'Agence ©'],
    [COPYRIGHT, '© 山田'],
  ]);
  const texts = { artist: 'Zoë Żak', credit: 'Agence ©', copyright: '© 山田' };

  test('are read bare, as in TIFF, and within the resources of Photoshop, as in JPEG', () => {
    expect(readIptcTexts(all)).toEqual(texts);
    expect(readIptcTexts(photoshopBlock(all))).toEqual(texts);
  });

  test('are also read in Windows-1252', () => {
    expect(readIptcTexts(iptcDataset(CREDIT, Buffer.from('5a6feb', 'hex')))).toEqual({ credit: 'Zoë' });
  });

  test('that are repeated are joined', () => {
    expect(
      readIptcTexts(
        iptcBlock([
          [BY_LINE, 'Jane'],
          [BY_LINE, ' '],
          [BY_LINE, 'Joe'],
        ]),
      ).artist,
    ).toBe('Jane; Joe');
  });

  test('before a damaged dataset are kept', () => {
    const damaged = [Buffer.of(0x1c, 2, CREDIT), Buffer.of(0x1c, 2, CREDIT, 0xff, 0xff), Buffer.from('garbage')];
    for (const end of damaged) expect(readIptcTexts(Buffer.concat([all, end]))).toEqual(texts);
  });

  test('of other records and resources are not read', () => {
    expect(readIptcTexts(Buffer.of(0x1c, 1, CREDIT, 0, 2, 65, 65))).toEqual({});
    expect(readIptcTexts(photoshopBlock(all, 0x0405))).toEqual({});
  });

  test('are bounded, and found in bounded time, in a block of many datasets', () => {
    const many = Buffer.alloc(2 ** 21, iptcDataset(BY_LINE, Buffer.from('x')));
    const read = () => expect(readIptcTexts(many).artist?.length).toBe(256);
    expect(leastThreadCpuMs(read, 200)).toBeLessThan(200);
  });
});
