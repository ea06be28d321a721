import { createImagemill } from '@imagemill/client';
import { samplePhotos } from '../seller/sample-photos.ts';
import type { StackFile } from '../stack/stack-file.ts';
import { humanBytes } from './human-bytes.ts';
import { renditionsTable } from './renditions-table.ts';
import { uploadAndShow } from './upload-and-show.ts';

/** Shows the renditions of the sample photographs, and uploads first those that no earlier `start` has uploaded. */
export async function showSamples({ apiUrl, apiKey }: StackFile, signal: AbortSignal): Promise<void> {
  const imagemill = createImagemill({ baseUrl: apiUrl, apiKey });
  const photos = await samplePhotos(imagemill);
  const missing = photos.filter(({ image }) => !image);
  if (missing.length > 0) {
    process.stdout.write('Uploading the sample photographs, as a seller app would\n');
    await uploadAndShow(imagemill, missing, { signal });
  }
  for (const { path, category, bytes, image } of photos) {
    if (!image) continue;
    const table = renditionsTable({ image, originalBytes: bytes });
    process.stdout.write(`\n${path} (${category}, ${humanBytes(bytes)}): uploaded before\n${table}\n`);
  }
}
