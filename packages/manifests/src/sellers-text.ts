import type { RenderImage } from '@imagemill/records';
import type { ObjectFacts } from '@imagemill/storage';
import { Focus } from '@imagemill/variants';

type SellersText = Pick<RenderImage, 'filename' | 'focus'>;

/** The metadata of an original's object, which outlives the queue. */
export const originalMetadata = ({ filename, focus }: SellersText): Record<string, string> => ({
  ...(filename !== undefined && { filename: encodeURIComponent(filename) }),
  ...(focus && { focus: `${focus.x},${focus.y}` }),
});

/** The inverse of `originalMetadata`. Fields that are missing or malformed are undefined: the object may be stored by hand. */
export function sellersText(facts: Pick<ObjectFacts, 'metadata'> | undefined): SellersText {
  const { filename, focus } = facts?.metadata ?? {};
  const [x, y, ...more] = (focus ?? '').split(',').map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  return {
    filename: filename === undefined ? undefined : decodedName(filename),
    focus: more.length > 0 ? undefined : Focus.safeParse({ x, y }).data,
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
