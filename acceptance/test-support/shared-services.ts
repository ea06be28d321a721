import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startPageServer } from './page-server.ts';
import { startStack } from './running-stack.ts';
import { startSharedBrowser } from './shared-browser.ts';
import { createTenants } from './tenants.ts';

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
 * Vitest's global setup of the services that acceptance tests share: a stack, a browser and a seller app's page. Each starts on
 * the first request of a test file: a run of other files starts none.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { servers } = project.getProvidedContext();
  const tenants = createTenants(100);
  const env = { API_KEYS: tenants.apiKeys, API_CORS_ORIGINS: '*', IMPORT_ALLOW_PRIVATE: 'true' };
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
  const stack = start(() => startStack(env, undefined, servers));
  const browser = start(startSharedBrowser);
  const page = start(startPageServer);
  const answers: Record<string, () => Promise<object>> = {
    '/stack': async () => ({ ...(await stack()), apiKey: tenants.next(), text: (await stack()).printed() }),
    '/tenant': async () => ({ apiKey: tenants.next() }),
    '/browser': async () => await browser(),
    '/page': async () => await page(),
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    const result = answer ? answer() : Promise.reject(new Error(`Unknown service ${request.url}.`));
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
