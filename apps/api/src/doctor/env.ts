import { queueEnv } from '@imagemill/queue/env';
import { flag, httpUrl, parseEnv, serviceEnv } from '@imagemill/service/environment';
import { StartUpError } from '@imagemill/service/start-up';
import { keyWithSecret, storageEnv } from '@imagemill/storage/env';
import { z } from 'zod';
import { apiEnv, setupEnv } from '../env.ts';

const { S3_PUBLIC_ENDPOINT, S3_ALLOW_OVERWRITE, API_BASE_URL, API_KEYS, EDGE_BASE_URL } = apiEnv.shape;
const { UPLOAD_EVENTS_QUEUE_URL, UPLOAD_EVENTS_REGION, RENDERER, RENDER_QUEUE_URL } = apiEnv.shape;

/** The variables of the doctor that the API does not read. */
export const doctorEnv = z.object({
  CORS_ORIGINS: setupEnv.shape.CORS_ORIGINS,
  WEBHOOK_ENDPOINTS_FILE: z.string().optional().describe('JSON file of the workers, whose endpoints must be reachable'),
  WEBHOOK_ALLOW_PRIVATE: flag().prefault('false').describe('accepts webhook endpoints at private addresses'),
  PURGE_WEBHOOK_URL: httpUrl().optional().describe("the workers' receiver of purges, which must be reachable"),
});

/** The variables of the checks, in parts: a check needs only those of its part to be valid. */
export const parts = {
  redis: z.object(queueEnv),
  storage: z
    .object({ ...storageEnv, S3_PUBLIC_ENDPOINT, S3_ALLOW_OVERWRITE, CORS_ORIGINS: doctorEnv.shape.CORS_ORIGINS })
    .superRefine(keyWithSecret),
  addresses: z.object({
    API_BASE_URL,
    EDGE_BASE_URL,
    CDN_BASE_URL: serviceEnv.CDN_BASE_URL.optional(),
    VARIANT_SETS_FILE: serviceEnv.VARIANT_SETS_FILE,
  }),
  keys: z.object({ API_KEYS }),
  events: z.object({ UPLOAD_EVENTS_QUEUE_URL, UPLOAD_EVENTS_REGION, RENDERER, RENDER_QUEUE_URL }),
  messages: doctorEnv.pick({ WEBHOOK_ENDPOINTS_FILE: true, WEBHOOK_ALLOW_PRIVATE: true, PURGE_WEBHOOK_URL: true }),
};

export type StoragePart = z.output<typeof parts.storage>;
export type AddressesPart = z.output<typeof parts.addresses>;
export type EventsPart = z.output<typeof parts.events>;
export type MessagesPart = z.output<typeof parts.messages>;

export type EnvSource = Readonly<Record<string, string | undefined>>;

/** A part of the environment; undefined if it is invalid, which the check of the settings reports. */
export function parsed<Part extends z.ZodObject>(part: Part, source: EnvSource): z.output<Part> | undefined {
  try {
    return parseEnv(part, source);
  } catch (error) {
    if (error instanceof StartUpError) return undefined;
    throw error;
  }
}
