import { parseOriginalKey } from '@imagemill/variants';
import { z } from 'zod';
import { imageFromKey } from '../image-from-key.ts';
import { type RenderImage, renderImageRecord } from '../render-image.ts';
import { JsonText, QueueEvent } from './queue-message.ts';

const ORDER = 'imagemill.render';

/** What the API sends: the bucket reports uploads only. */
const Order = z.object({ type: z.literal(ORDER), image: renderImageRecord.stored });

const Message = JsonText.pipe(
  z.union([
    Order.transform(({ image }) => ({ from: 'api' as const, image })),
    QueueEvent.transform((objects) => ({ from: 'bucket' as const, objects })),
  ]),
);

/** The body of a message that makes the Lambda renderer run for an image: to import, render again, or delete it. */
export const renderOrder = (image: RenderImage): string =>
  JSON.stringify({ type: ORDER, image: renderImageRecord.write(image) });

/**
 * The images in the body of a message to the Lambda renderer: a bucket's event, or an order of the API. Objects that are not originals in
 * this bucket are ignored.
 *
 * @returns undefined if the body is neither
 */
export function imagesInMessage(body: string, originalsBucket: string): readonly RenderImage[] | undefined {
  const { data: message } = Message.safeParse(body);
  if (message === undefined) return undefined;
  if (message.from === 'api') return [message.image];
  const keys = message.objects.filter(({ bucket }) => bucket === originalsBucket).map(({ key }) => key);
  return keys.flatMap((key) => {
    const address = parseOriginalKey(key);
    return address ? [imageFromKey(address)] : [];
  });
}
