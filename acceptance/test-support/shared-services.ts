import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { TestServers } from '@imagemill/local-stack/test-support';
import type { TestProject } from 'vitest/node';
import { startPageServer } from './page-server.ts';
import { startStack } from './running-stack.ts';
import { startSharedBrowser } from './shared-browser.ts';
import { createTenants } from './tenants.ts';
import { startTraceReceiver } from './trace-receiver.ts';
import { startWebhookRelay } from './webhook-relay.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL that `shared.ts` requests shared services from. */
    sharedServicesUrl: string;
  }
}

interface Service {
  stop(): Promise<unknown>;
}

/**
 * Vitest's global setup of the services that acceptance tests share: two stacks, a browser and a seller app's page. Each starts on
 * the first request of a test file: a run of other files starts none.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { servers } = project.getProvidedContext();
  const started: Promise<Service>[] = [];
  const start = <S extends Service>(make: () => Promise<S>) => {
    let service: Promise<S> | undefined;
    return () => {
      if (service) return service;
      service = make();
      started.push(service);
      return service;
    };
  };
  const tenants = createTenants(100);
  const stack = start(() => startSharedStack(tenants.apiKeys, servers));
  const equipped = start(() => startEquippedStack(servers));
  const browser = start(startSharedBrowser);
  const page = start(startPageServer);
  const answers: Record<string, (query: URLSearchParams) => Promise<object>> = {
    '/stack': async () => ({ ...(await stack()), apiKey: tenants.next(), text: (await stack()).printed() }),
    '/equipped-stack': async () => ({ ...(await equipped()), text: (await equipped()).printed() }),
    '/tenant': async () => ({ apiKey: tenants.next() }),
    '/equipped-tenant': async () => ({ apiKey: (await equipped()).nextKey() }),
    '/spans': async (query) => (await equipped()).spansOf(query.get('traceId') ?? ''),
    '/webhooks': async (query) => (await equipped()).webhooksTo(query.get('receiver') ?? ''),
    '/browser': async () => await browser(),
    '/page': async () => await page(),
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://shared.test');
    const answer = answers[pathname];
    const result = answer ? answer(searchParams) : Promise.reject(new Error(`Unknown service ${request.url}.`));
    result.then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  project.provide('sharedServicesUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    for (const result of await Promise.allSettled(started)) {
      if (result.status === 'fulfilled') await result.value.stop();
    }
  };
}

/** With a tenant for every test, and the category `tiny` for those that do not look at renditions. Two engine processes: it renders the most. */
function startSharedStack(apiKeys: string, servers: TestServers) {
  const env = {
    API_KEYS: apiKeys,
    API_CORS_ORIGINS: '*',
    IMPORT_ALLOW_PRIVATE: 'true',
    ENGINE_PROCESSES: '2',
    VARIANT_SETS_FILE: fileURLToPath(new URL('shared-sets.json', import.meta.url)),
  };
  return startStack(env, undefined, servers);
}

/**
 * With an edge, webhooks, the categories of `equipped-sets.json`, a limit of 1 MB, and verbose logs. It does not
 * look for uploads: it renders reported uploads only. It records the traces that a caller records.
 */
async function startEquippedStack(servers: TestServers) {
  const tenants = createTenants(40);
  const [webhooks, traces] = await Promise.all([startWebhookRelay(tenants.names), startTraceReceiver()]);
  const queuePrefix = `equipped-${process.pid}`;
  const env = {
    API_KEYS: tenants.apiKeys,
    EDGES: '1',
    EDGE_TRUST_TRACEPARENT: 'true',
    IMPORT_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'trace',
    MAX_UPLOAD_BYTES: '1000000',
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.endpoint,
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    QUEUE_PREFIX: queuePrefix,
    UPLOAD_CHECK_DELAY_MS: '600000',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    WEBHOOK_ENDPOINTS_FILE: webhooks.file,
    VARIANT_SETS_FILE: fileURLToPath(new URL('equipped-sets.json', import.meta.url)),
  };
  const stack = await startStack(env, undefined, servers);
  return {
    ...stack,
    queuePrefix,
    nextKey: tenants.next,
    spansOf: async (traceId: string) => traces.spansOf(traceId),
    async webhooksTo(receiver: string) {
      const { tenant, apiKey } = tenants.take();
      webhooks.relay(tenant, receiver);
      return { apiKey, secret: webhooks.secret };
    },
    async stop() {
      await stack.stop();
      await Promise.all([webhooks.stop(), traces.stop()]);
    },
  };
}
