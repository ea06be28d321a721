import type { Watermarks } from '@imagemill/imaging';
import { StartUpError } from '@imagemill/service';
import type { WatermarkFiles } from '@imagemill/variants';

/**
 * Decodes the marks of the variant sets, once at the start of a worker or an edge.
 *
 * @throws StartUpError that names every file that cannot be decoded
 */
export async function decodeWatermarks(files: WatermarkFiles): Promise<Watermarks> {
  if (files.size === 0) return new Map();
  // Only here does the process that holds the credentials load libvips.
  const { decodeWatermark } = await import('@imagemill/imaging/decode-watermark');
  const problems: string[] = [];
  const decoded = await Promise.all(
    [...files].map(async ([sha256, { name, bytes }]) => {
      try {
        return [[sha256, await decodeWatermark(bytes)] as const];
      } catch (error) {
        problems.push(`watermark-undecodable: ${name}: ${error instanceof Error ? error.message : error}`);
        return [];
      }
    }),
  );
  if (problems.length > 0) throw new StartUpError('Watermarks of the variant sets cannot be used:', problems);
  return new Map(decoded.flat());
}
