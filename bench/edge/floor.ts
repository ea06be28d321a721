// The floor of the edge bench, in a separate process: fetch, decode, resize, encode, and nothing else.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { type BenchFormat, encodeAs, SIDE } from './settings.ts';

const { S3_ENDPOINT = '', S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '', ORIGINALS_BUCKET, PORT } = process.env;
// As in our engine: several pictures at once instead of several threads for one.
sharp.concurrency(1);
sharp.cache(false);
const client = new S3Client({
  endpoint: S3_ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY },
  forcePathStyle: true,
});

async function picture(key: string, format: BenchFormat): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: ORIGINALS_BUCKET, Key: key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const image = sharp(bytes);
  const { autoOrient } = await image.metadata();
  const resized = image.autoOrient().resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true });
  return encodeAs(resized, format, autoOrient).toBuffer();
}

/** `/{format}/{key}` */
const server = createServer((request, response) => {
  const [, format = '', ...key] = (request.url ?? '').split('/');
  picture(key.join('/'), format as BenchFormat).then(
    (bytes) => response.end(bytes),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
await once(server.listen(Number(PORT), '127.0.0.1'), 'listening');
process.send?.('ready');
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
