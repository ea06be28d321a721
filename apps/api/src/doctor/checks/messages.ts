import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parseJsonFile } from '@imagemill/service';
import { Tenant } from '@imagemill/variants';
import { useAgent } from 'request-filtering-agent';
import { z } from 'zod';
import type { MessagesPart } from '../env.ts';
import { type Check, type Outcome, ok, problem, skipped } from '../finding.ts';
import { reasonOf } from '../run-checks.ts';

/** The workers validate the whole file. */
const Endpoints = z.record(Tenant, z.looseObject({ url: z.url({ protocol: /^https?$/ }) })).optional();
const ANSWER_MS = 10_000;

/**
 * Every endpoint of webhooks answers, and so does the receiver of purges. The request is an OPTIONS without content, and any status
 * is an answer: a receiver must not take it for an event.
 */
export const messagesCheck = (env: MessagesPart): Check => ({
  name: 'webhooks',
  async run(signal) {
    const { WEBHOOK_ENDPOINTS_FILE: file, WEBHOOK_ALLOW_PRIVATE: allowPrivate, PURGE_WEBHOOK_URL: purge } = env;
    const endpoints = await parseJsonFile(file, async (content) => Endpoints.parse(content));
    if (!endpoints && purge === undefined) {
      return [skipped('WEBHOOK_ENDPOINTS_FILE and PURGE_WEBHOOK_URL are not set')];
    }
    return Promise.all([
      ...Object.entries(endpoints ?? {}).map(([tenant, { url }]) =>
        reached(`the endpoint of ${tenant}`, url, { allowPrivate, signal }),
      ),
      ...(purge === undefined ? [] : [reached('PURGE_WEBHOOK_URL', purge, { allowPrivate: true, signal })]),
    ]);
  },
});

interface Reach {
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
}

async function reached(what: string, url: string, { allowPrivate, signal }: Reach): Promise<Outcome> {
  try {
    return ok(`${what} answers (HTTP ${await statusOf(url, { allowPrivate, signal })})`);
  } catch (error) {
    return problem(
      `${what} cannot be reached: ${reasonOf(error)}`,
      'Check its address, DNS, certificate and firewall. Deliveries are retried for a day.',
    );
  }
}

function statusOf(url: string, { allowPrivate, signal }: Reach): Promise<number> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const agent = allowPrivate ? undefined : useAgent(url);
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'OPTIONS',
      agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    request.once('error', reject);
    request.once('response', (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.end();
  });
}
