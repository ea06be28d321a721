import type { RenderImage } from '@imagemill/records';
import type { ObjectFacts } from '@imagemill/storage';
import { Enhance, Focus } from '@imagemill/variants';
import { z } from 'zod';

type SellersText = Pick<RenderImage, 'filename' | 'focus' | 'enhance' | 'checksumSha256'> & {
  readonly metadata?: RenderImage['metadata'] | undefined;
};

/** The metadata of an original's object, which outlives the queue. */
export const originalMetadata = ({ filename, focus, enhance }: SellersText): Record<string, string> => ({
  ...(filename !== undefined && { filename: encodeURIComponent(filename) }),
  ...(focus && { focus: `${focus.x},${focus.y}` }),
  ...(enhance && { enhance }),
});

/** The same, with all other facts of a ticket: for a renderer that gets no job. */
export const ticketMetadata = (ticket: SellersText): Record<string, string> => ({
  ...originalMetadata(ticket),
  ...(Object.keys(ticket.metadata ?? {}).length > 0 && { metadata: base64Of(ticket.metadata) }),
  ...(ticket.checksumSha256 !== undefined && { 'checksum-sha256': ticket.checksumSha256 }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html: names and values of an object, together. */
export const METADATA_BYTES_MAX = 2048;

/** Bytes of an object's metadata, as S3 counts them; with the prefix of the headers, to be safe. All of it is ASCII. */
export const metadataBytes = (metadata: Readonly<Record<string, string>>): number =>
  Object.entries(metadata).reduce((sum, [name, value]) => sum + `x-amz-meta-${name}${value}`.length, 0);

/**
 * The inverse of `originalMetadata` and of `ticketMetadata`. Fields that are missing or malformed are undefined: the object may be stored
 * by hand.
 */
export function sellersText(facts: Pick<ObjectFacts, 'metadata'> | undefined): SellersText {
  const { filename, focus, enhance, metadata, 'checksum-sha256': checksumSha256 } = facts?.metadata ?? {};
  const [x, y, ...more] = (focus ?? '').split(',').map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  return {
    filename: filename === undefined ? undefined : decodedName(filename),
    focus: more.length > 0 ? undefined : Focus.safeParse({ x, y }).data,
    enhance: Enhance.safeParse(enhance).data,
    metadata: metadata === undefined ? undefined : metadataIn(metadata),
    checksumSha256,
  };
}

/** The name is not encoded if the object was stored by hand. */
function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Values may have any characters, and headers only ASCII. */
const base64Of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const StoredMetadata = z.record(z.string(), z.string());

function metadataIn(text: string): RenderImage['metadata'] | undefined {
  try {
    return StoredMetadata.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
