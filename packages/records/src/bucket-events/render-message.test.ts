import { ImageId, manifestKey, originalKey, Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { imageFromKey } from '../image-from-key.ts';
import { imagesInMessage, renderOrder } from './render-message.ts';

const imageId = ImageId.parse('0198d2b0-7c7e-7d9a-8f53-0242ac130003');
const address = { tenant: Tenant.parse('acme'), category: 'product', imageId, contentType: 'image/jpeg' } as const;
const key = originalKey(address);
const record = (bucket: string, objectKey: string) => ({
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(objectKey) } },
});
const event = (...records: unknown[]) => JSON.stringify({ Records: records });

test('an order of the API is read with everything that it says about its image', () => {
  const image = { ...imageFromKey(address), importUrl: 'https://shop.test/a.jpg', metadata: { sku: 'ä' } };
  expect(imagesInMessage(renderOrder(image), 'originals')).toEqual([image]);
});

test("an event of the originals bucket has its originals' images, and no other object is one", () => {
  const body = event(record('originals', key), record('elsewhere', key), record('originals', manifestKey(imageId)));
  expect(imagesInMessage(body, 'originals')).toMatchObject([{ imageId, tenant: 'acme', originalKey: key }]);
});

test("the bucket's test event has no image", () => {
  expect(imagesInMessage(JSON.stringify({ Event: 's3:TestEvent' }), 'originals')).toEqual([]);
});

test.each(['{"Records":', 'null', '[]', '{"type":"imagemill.render"}', '{"type":"other","image":{}}'])(
  '%s is neither',
  (body) => {
    expect(imagesInMessage(body, 'originals')).toBeUndefined();
  },
);
