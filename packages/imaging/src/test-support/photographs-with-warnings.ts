import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WarningCode } from '@imagemill/report';
import sharp, { type Sharp } from 'sharp';
import { cicp } from './png.ts';
import { xmpPacket } from './xmp.ts';

const SIDE = 480;
const photograph = (name: 'avatar' | 'product' = 'avatar') =>
  sharp(fileURLToPath(new URL(`../../../../examples/photos/${name}.jpg`, import.meta.url))).resize(SIDE, SIDE);
/** Pixels that can be changed further: each chain of sharp has one resize. */
const opened = async () => sharp(await photograph().png().toBuffer());

/** With bytes that no other image has. */
const jpeg = (image: Sharp) =>
  image
    .withExif({ IFD0: { Artist: randomUUID() } })
    .jpeg({ quality: 90 })
    .toBuffer();
/** Another exposure, in light of gamma 2.2. */
const exposed = (image: Sharp, stops: number) => image.linear(2 ** (stops / 2.2), 0);

const [PNG_HEADER_BYTES, BT2020, PQ] = [33, 9, 16];
const dream = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const digitalSourceType = `<e:DigitalSourceType xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">${dream}</e:DigitalSourceType>`;

export const photographWithoutWarnings = (): Promise<Buffer> => jpeg(photograph());

/**
 * One photograph for each warning, which has its reason.
 *
 * @param original of which two are duplicates
 */
export const photographsWithWarnings = (original: Buffer): Record<WarningCode, () => Promise<Buffer>> => ({
  'too-small': async () => jpeg((await opened()).resize(16)),
  'location-removed': () =>
    photograph()
      .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } })
      .jpeg()
      .toBuffer(),
  'profile-converted': () => jpeg(photograph().withIccProfile('p3')),
  'hdr-dropped': async () => {
    const png = await photograph().png().toBuffer();
    return Buffer.concat([png.subarray(0, PNG_HEADER_BYTES), cicp(BT2020, PQ), png.subarray(PNG_HEADER_BYTES)]);
  },
  'animation-dropped': async () => {
    const frames = [photograph('avatar'), photograph('product')].map((frame) => frame.png().toBuffer());
    return sharp(await Promise.all(frames), { join: { animated: true } })
      .gif({ effort: 1 })
      .toBuffer();
  },
  'ai-mark': () => photograph().withXmp(xmpPacket(digitalSourceType)).jpeg().toBuffer(),
  blurry: () => jpeg(photograph().blur(0.01 * SIDE)),
  'too-dark': () => jpeg(exposed(photograph(), -4)),
  'too-bright': async () => {
    const face = { left: 172, top: 68, width: 72, height: 96 };
    return jpeg(exposed((await opened()).extract(face), 3));
  },
  framed: async () => {
    const around = (px: number) => ({ top: px, right: px, bottom: px, left: px });
    const lined = await (await opened())
      .extend({ ...around(8), background: '#c9a227' })
      .png()
      .toBuffer();
    // The picture is on both sides of the line.
    return jpeg(sharp(lined).extend({ ...around(24), extendWith: 'mirror' }));
  },
  duplicate: async () => original,
  'near-duplicate': () => jpeg(sharp(original).resize(SIDE / 2)),
});
