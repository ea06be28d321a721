import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { createManifests } from '@imagemill/manifests';
import { createS3Storage, type DirectS3Client } from '@imagemill/storage';
import { ImageId, prefixes } from '@imagemill/variants';
import pLimit from 'p-limit';
import type { Uploaded } from './sellers.ts';

const READS_AT_ONCE = 16;

export interface ImageTimes {
  /** Seconds from the upload until the first rendition was stored. */
  readonly firstS: number;
  readonly lastS: number;
  /** The same from the start of the job. */
  readonly firstOfJobS: number;
  readonly lastOfJobS: number;
  readonly uploadedAtMs: number;
}

export interface Outcome {
  readonly times: readonly ImageTimes[];
  /** Images that are not ready, or without one of their renditions. */
  readonly lost: readonly string[];
  readonly renditions: number;
  readonly renditionBytes: number;
}

/** The times of images, from the times at which the storage has written their renditions. */
export async function timesOf(client: DirectS3Client, uploads: readonly Uploaded[]): Promise<Outcome> {
  const stored = await storedRenditions(client);
  const manifests = createManifests(createS3Storage({ client, bucket: 'originals' }));
  const limit = pLimit(READS_AT_ONCE);
  const lost: string[] = [];
  const times: ImageTimes[] = [];
  let [renditions, renditionBytes] = [0, 0];
  await Promise.all(
    uploads.map(({ imageId, atMs }) =>
      limit(async () => {
        const manifest = (await manifests.read(ImageId.parse(imageId)))?.manifest;
        if (manifest?.status !== 'ready') return void lost.push(imageId);
        const written = manifest.renditions.map(({ key }) => stored.get(key) ?? Number.NaN);
        if (written.some(Number.isNaN)) return void lost.push(imageId);
        renditions += manifest.renditions.length;
        renditionBytes += manifest.renditions.reduce((sum, { bytes }) => sum + bytes, 0);
        const startedAt = Date.parse(manifest.readyAt) - (manifest.timingsMs.total ?? Number.NaN);
        const [first, last] = [Math.min(...written), Math.max(...written)];
        times.push({
          firstS: (first - atMs) / 1000,
          lastS: (last - atMs) / 1000,
          uploadedAtMs: atMs,
          firstOfJobS: (first - startedAt) / 1000,
          lastOfJobS: (last - startedAt) / 1000,
        });
      }),
    ),
  );
  return { times, lost, renditions, renditionBytes };
}

/** When each rendition was stored, by its key; ms since 1970. */
async function storedRenditions(client: DirectS3Client): Promise<ReadonlyMap<string, number>> {
  const stored = new Map<string, number>();
  for (let token: string | undefined; ; ) {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: 'cdn', Prefix: prefixes.renditions, ContinuationToken: token }),
    );
    for (const { Key = '', LastModified } of page.Contents ?? [])
      stored.set(Key, LastModified?.getTime() ?? Number.NaN);
    token = page.NextContinuationToken;
    if (token === undefined) return stored;
  }
}
