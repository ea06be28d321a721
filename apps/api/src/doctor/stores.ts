import { bucketsOf, createS3Client, createS3Storage, type ObjectStorage, s3Settings } from '@imagemill/storage';
import type { StoragePart } from './env.ts';
import { type Outcome, ok, warning } from './finding.ts';
import { createProbeObjects, type ProbeObjects } from './probe-objects.ts';

const CALL_MS = 5_000;

export interface Stores {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  /** The originals bucket with the conditions of the store itself. */
  readonly plainOriginals: ObjectStorage;
  readonly objects: ProbeObjects;
  readonly endpoint: string;
  /** Whether uploaders' URLs were tested at the address that uploaders use. */
  readonly publicEndpoint: Outcome | undefined;
  close(): void;
}

/**
 * The buckets, with one attempt per call. Upload URLs are for S3_PUBLIC_ENDPOINT; if it does not answer from here, as an address of
 * the host inside of a container, for S3_ENDPOINT.
 */
export async function openStores(env: StoragePart): Promise<Stores> {
  const s3 = { ...s3Settings(env), maxAttempts: 1, requestTimeoutMs: CALL_MS };
  const client = createS3Client(s3);
  const publicEndpoint = env.S3_PUBLIC_ENDPOINT;
  const isPublicReachable = publicEndpoint !== undefined && (await answers(publicEndpoint));
  const signingClient = isPublicReachable ? createS3Client({ ...s3, endpoint: publicEndpoint }) : client;
  const clients = { client, signingClient };
  const buckets = bucketsOf(env);
  return {
    originals: createS3Storage({ ...clients, ...buckets.originals }),
    cdn: createS3Storage({ ...clients, ...buckets.cdn }),
    plainOriginals: createS3Storage({ ...clients, bucket: env.ORIGINALS_BUCKET }),
    objects: createProbeObjects(),
    endpoint: env.S3_ENDPOINT,
    publicEndpoint: publicEndpoint === undefined ? undefined : outcomeOf(isPublicReachable),
    close() {
      client.destroy();
      signingClient.destroy();
    },
  };
}

const outcomeOf = (isReachable: boolean) =>
  isReachable
    ? ok('S3_PUBLIC_ENDPOINT answers')
    : warning(
        'S3_PUBLIC_ENDPOINT does not answer from here: upload URLs were tested at S3_ENDPOINT',
        'Run the doctor where uploaders are, or check that they reach S3_PUBLIC_ENDPOINT.',
      );

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(CALL_MS) })).body?.cancel();
    return true;
  } catch {
    return false;
  }
}
