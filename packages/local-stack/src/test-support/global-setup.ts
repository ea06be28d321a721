import type { TestProject } from 'vitest/node';
import { startTestServers } from './servers.ts';
import type { TestServers } from './test-servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    servers: TestServers;
  }
}

/** Vitest's global setup: one Redis and one S3 server for the whole run. Test files get them with `inject('servers')`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, redisUrl, s3 } = await startTestServers(process.env);
  project.provide('servers', { redisUrl, s3 });
  return stop;
}
