import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const domain = z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/);
const arn = (service: string) => z.string().startsWith(`arn:aws:${service}:`);
/** An image by its digest, so that a deployment runs what was tested. */
const image = z.string().regex(/^\S+@sha256:[0-9a-f]{64}$/, 'must end in @sha256:<digest>');

/** What differs between two installations; `imagemill-aws.json`. */
export const Config = z.strictObject({
  account: z.string().regex(/^\d{12}$/),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  images: z.strictObject({ api: image, worker: image, edge: image }),
  /** Host names of the API and the edge, both in the certificate of the load balancer's region. */
  apiDomain: domain,
  edgeDomain: domain,
  certificateArn: arn('acm'),
  /** Host names of the pictures, with a certificate in us-east-1. */
  cdn: z.strictObject({ aliases: z.array(domain).min(1), certificateArn: arn('acm') }),
  /** Web origins whose pages upload to the originals bucket. */
  corsOrigins: z.array(z.url()).min(1),
  secretArns: z.strictObject({
    /** With the keys FOLLOW_TOKEN_SECRET, BOARD_SESSION_SECRET, API_KEYS and EDGE_SIGNING_KEYS. */
    programs: arn('secretsmanager'),
    /** An API key with the scope `metrics`, which API_KEYS contains. */
    backlogKey: arn('secretsmanager'),
  }),
  workersMax: z.int().min(1).max(1000).default(20),
  /** Renders by a Lambda function instead of workers: docs/serverless.md. */
  lambda: z
    .strictObject({
      /** The folder that `lambda/build-bundle.ts` has written. */
      bundle: z.string(),
      /** 1,769 MiB have one vCPU. */
      memoryMiB: z.int().min(2048).max(10_240).default(3538),
      /** Batches at once. */
      concurrencyMax: z.int().min(2).max(1000).default(50),
      /** Messages of one invocation, whose images are rendered one after the other. */
      batchSize: z.int().min(1).max(2).default(2),
    })
    .optional(),
  alarmEmail: z.email(),
  monthlyBudgetUsd: z.number().positive(),
});
export type Config = z.infer<typeof Config>;

/** @throws ZodError if the file is not valid; an error of the file system if it cannot be read */
export const readConfig = async (file: string): Promise<Config> =>
  Config.parse(JSON.parse(await readFile(file, 'utf8')));
