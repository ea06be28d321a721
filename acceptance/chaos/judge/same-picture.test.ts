import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createPictures } from '../load/pictures.ts';
import { createRandom } from '../random.ts';
import { looksLike } from './same-picture.ts';

const nextPicture = await createPictures(createRandom(7), 500);
async function goodPicture() {
  for (;;) {
    const { bytes, expected } = await nextPicture();
    if (expected === 'ready') return bytes;
  }
}

test('distinguishes every picture from every other, even as a small crop', async () => {
  const pictures = await Promise.all(Array.from({ length: 12 }, goodPicture));
  for (const upload of pictures) {
    const isSame = await looksLike(upload);
    const answers = pictures.map(async (other) => isSame(await sharp(other).resize(48, 48).webp().toBuffer()));
    expect(await Promise.all(answers)).toEqual(pictures.map((other) => other === upload));
  }
});

test('compares a crop with the part around its focus', async () => {
  const upload = await sharp(await goodPicture())
    .resize(400, 200, { fit: 'fill' })
    .toBuffer();
  const right = await sharp(upload).extract({ left: 200, top: 0, width: 200, height: 200 }).resize(48, 48).toBuffer();
  const answers = [0, 0.5, 0.75, 1].map(async (x) => (await looksLike(upload, { x, y: 0.5 }))(right));
  expect(await Promise.all(answers)).toEqual([false, false, true, true]);
});

test('treats a rotated, mirrored or blank picture as another one', async () => {
  const upload = await goodPicture();
  const isSame = await looksLike(upload);
  const blank = sharp({ create: { width: 60, height: 60, channels: 4, background: '#00000000' } }).png();
  for (const changed of [sharp(upload).rotate(180), sharp(upload).flop(), sharp(upload).greyscale(), blank]) {
    expect(await isSame(await changed.toBuffer())).toBe(false);
  }
});
