import { fileURLToPath } from 'node:url';
import { parseEnv } from '@imagemill/service/environment';
import type { Context, SQSEvent } from 'aws-lambda';
import { buildRedrive } from './serverless/build-redrive.ts';
import { buildRenderer } from './serverless/build-renderer.ts';
import { buildSweep } from './serverless/build-sweep.ts';
import { lambdaEnv, redriveEnv, sweepEnv } from './serverless/env.ts';

/** The folder of the bundle: `deploy/aws/lambda/build-bundle.ts`. */
const folder = fileURLToPath(new URL('.', import.meta.url));

const renderer = once(() => buildRenderer(parseEnv(lambdaEnv, process.env), folder));
const redriver = once(async () => buildRedrive(parseEnv(redriveEnv, process.env)));
const sweeper = once(async () => buildSweep(parseEnv(sweepEnv, process.env)));

/** Renders the images of a batch of messages of the render queue. */
export const handler = async (event: SQSEvent, context: Context) => (await renderer())(event, context);

/** Redrives dead letters, on a schedule. */
export const redrive = async (_event: unknown, context: Context) => (await redriver())(context);

/** Orders the render of uploads whose event was lost, on a schedule. */
export const sweep = async (_event: unknown, context: Context) => (await sweeper())(context);

/** Built by the first invocation of an environment, and kept for the following ones. After a failure, the next one tries again. */
function once<T>(build: () => Promise<T>): () => Promise<T> {
  let built: Promise<T> | undefined;
  return () => {
    built ??= build().catch((error: unknown) => {
      built = undefined;
      throw error;
    });
    return built;
  };
}
