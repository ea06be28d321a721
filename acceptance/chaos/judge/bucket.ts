import { basename } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ImageId, manifestKey, prefixes } from '@imagemill/variants';
import { z } from 'zod';
import { buckets, type ChaosStack } from '../stack/chaos-stack.ts';

const Rendition = z.object({
  variant: z.string(),
  format: z.string(),
  key: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});
export interface Rendition extends z.infer<typeof Rendition> {
  /** Where a shopper's browser finds it. */
  readonly url: string;
}

const Manifest = z.object({
  imageId: z.string(),
  status: z.string(),
  renditions: z.array(Rendition).default([]),
  /** The point around which avatars are cropped, in shares of the sides. */
  chosenFocus: z.object({ x: z.number(), y: z.number() }).optional(),
});
interface Manifest extends Omit<z.infer<typeof Manifest>, 'renditions'> {
  readonly renditions: readonly Rendition[];
}

/** Reads the buckets directly from the storage; uses only imagemill's object keys. */
export interface Bucket {
  /** The existing manifests by image id, with their ETags. */
  listManifests(): Promise<ReadonlyMap<string, string>>;
  readManifest(imageId: string): Promise<Manifest | undefined>;
  close(): void;
}

export function openBucket({ endpoint, ...credentials }: ChaosStack['s3']): Bucket {
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  return {
    async listManifests() {
      const found = new Map<string, string>();
      for (let token: string | undefined, more = true; more; more = token !== undefined) {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: buckets.originals,
            Prefix: prefixes.manifests,
            ContinuationToken: token,
          }),
        );
        for (const { Key = '', ETag = '' } of page.Contents ?? []) {
          found.set(basename(Key, '.json'), ETag);
        }
        token = page.NextContinuationToken;
      }
      return found;
    },
    async readManifest(imageId) {
      try {
        const answer = await client.send(
          new GetObjectCommand({ Bucket: buckets.originals, Key: manifestKey(ImageId.parse(imageId)) }),
        );
        const manifest = Manifest.parse(JSON.parse((await answer.Body?.transformToString()) ?? ''));
        const url = (key: string) => `${endpoint}/${buckets.cdn}/${key}`;
        return { ...manifest, renditions: manifest.renditions.map((one) => ({ ...one, url: url(one.key) })) };
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    close: () => client.destroy(),
  };
}
