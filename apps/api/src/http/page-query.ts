import { z } from 'zod';

const isCursor = { error: 'must be the `nextCursor` of another page' };
const isLimit = { error: 'must be a whole number from 1 to 100' };

/** The position of a page in a list. */
export const PositionCursor = z.coerce.number(isCursor).int(isCursor).min(0, isCursor);

/** The last image of another page. */
export const ImageCursor = z.uuidv7(isCursor).toLowerCase().brand<'ImageId'>();

/** How many entries a page has at most. */
export const PageLimit = z.coerce.number(isLimit).int(isLimit).min(1, isLimit).max(100, isLimit).default(50);
