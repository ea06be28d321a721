import { encoderSettings, gainMapSettings, pads, type RenditionPlan } from '@imagemill/variants';
import sharp from 'sharp';
import { writeXmp } from '../marks/write-xmp.ts';
import type { GainMap } from './decode-gain-map.ts';
import { gainMappingXmp, levelsWithoutGain } from './gain-mapping.ts';

/** Unlike the kernels for pictures, it makes no ring of more, or less, gain beside an edge. */
const kernel = 'linear';

/** The gain map of a rendition, as a JPEG: the same part of the picture in the same place, and no gain in the padding. */
export async function encodeGainMap({ pixels, mapping }: GainMap, plan: RenditionPlan): Promise<Buffer> {
  const { whole, crop, inset, width, height } = plan;
  const { channels } = pixels.raw;
  const cut = sharp(pixels.data, { raw: pixels.raw })
    .resize(whole.width, whole.height, { fit: 'fill', kernel })
    .extract(crop);
  if (pads(plan)) {
    const [r = 0, g = 0, b = 0] = levelsWithoutGain(mapping);
    const [right, bottom] = [width - crop.width - inset.left, height - crop.height - inset.top];
    cut.extend({ ...inset, right, bottom, background: { r, g, b } });
  }
  if (channels === 1) cut.toColourspace('b-w');
  // Another pipeline, as the crop is exact in pixels of the rendition only.
  const shaped = await cut.raw().toBuffer();
  const share = Math.min(gainMapSettings.shareMax, pixels.raw.width / whole.width);
  const side = (length: number) => Math.max(1, Math.round(length * share));
  const map = sharp(shaped, { raw: { width, height, channels } }).resize(side(width), side(height), {
    fit: 'fill',
    kernel,
  });
  if (channels === 1) map.toColourspace('b-w');
  return map
    .withXmp(writeXmp({}, gainMappingXmp(mapping)))
    .jpeg({ ...encoderSettings.jpeg, quality: gainMapSettings.quality })
    .toBuffer();
}
