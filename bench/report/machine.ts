import { availableParallelism, cpus } from 'node:os';
import sharp from 'sharp';

/** The machine and library versions of a measurement. */
export function machine() {
  const { sharp: sharpVersion, vips, aom, webp } = sharp.versions as Record<string, string | undefined>;
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.versions.node,
    sharp: sharpVersion,
    libvips: vips,
    libaom: aom,
    libwebp: webp,
    date: new Date().toISOString().slice(0, 10),
  };
}
