import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { createS3Server, type S3Server, type S3ServerOptions } from '../server.ts';

export const credentials = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
export const bucket = 'pictures';

export interface TestServer extends S3Server {
  /** With the SDK's defaults. */
  readonly s3: S3Client;
  /** Does not add checksums, as required for browsers' presigned URLs. */
  readonly plain: S3Client;
  readonly dataDir: string;
}

/** A server for one test, with one bucket, stopped after the test. */
export async function startTestServer(options: Partial<S3ServerOptions> = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await temporaryDir());
  const server = await createS3Server({ port: 0, credentials, ...options, dataDir });
  onTestFinished(() => server.close());
  const s3 = createClient(server.endpoint);
  const plain = createClient(server.endpoint, {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  if (options.dataDir === undefined) await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return { ...server, s3, plain, dataDir };
}

export function createClient(endpoint: string, config: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
    ...config,
  });
  onTestFinished(() => client.destroy());
  return client;
}

export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-s3-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** The status and the S3 error code of a response, as `403 AccessDenied`. */
export async function outcomeOf(response: Response | Promise<Response>): Promise<string> {
  const { status, text } = await Promise.resolve(response).then(async (r) => ({
    status: r.status,
    text: await r.text(),
  }));
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  return code === undefined ? String(status) : `${status} ${code}`;
}
