import { expect, test } from 'vitest';
import { METADATA_BYTES_MAX, metadataBytes, originalMetadata, sellersText, ticketMetadata } from './sellers-text.ts';

const ticket = {
  filename: 'schönes Foto.jpg',
  focus: { x: 0.25, y: 1 },
  enhance: 'sharpen' as const,
  metadata: { sku: 'A-1', title: '赤い靴 "new"\n' },
  checksumSha256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
};

test('everything that a ticket says about its image is read again from the metadata of its original', () => {
  const metadata = ticketMetadata(ticket);
  expect(sellersText({ metadata })).toEqual(ticket);
  for (const value of Object.values(metadata)) expect(value).toMatch(/^[\x20-\x7e]+$/);
});

test('a worker, whose job has the rest, needs the name, the focus and the enhancement only', () => {
  expect(sellersText({ metadata: originalMetadata(ticket) })).toEqual({
    filename: ticket.filename,
    focus: ticket.focus,
    enhance: ticket.enhance,
    metadata: undefined,
    checksumSha256: undefined,
  });
});

test('an enhancement that this version does not know is ignored', () => {
  expect(sellersText({ metadata: { enhance: 'polish' } }).enhance).toBeUndefined();
});

test.each(['', '{"a":1}', 'bm90IGpzb24', Buffer.from('{"a":{}}').toString('base64url')])(
  'metadata that is not of ours is ignored: %j',
  (metadata) => {
    expect(sellersText({ metadata: { metadata } }).metadata).toBeUndefined();
  },
);

test('the name and the options of any ticket fit into the metadata of an object', () => {
  const longest = {
    filename: 'ä'.repeat(127),
    focus: { x: 0.1234567890123456, y: 0.1234567890123456 },
    enhance: 'sharpen' as const,
  };
  expect(metadataBytes(originalMetadata(longest))).toBeLessThan(METADATA_BYTES_MAX);
});
