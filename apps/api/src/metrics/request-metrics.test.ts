import { expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';

const api = useApi();

async function series(): Promise<string[]> {
  const lines = (await api.registry.metrics()).split('\n');
  return lines.flatMap((line) => /^imagemill_http_request_duration_seconds_count\{(.*)\} \d+$/.exec(line)?.[1] ?? []);
}

test('requests are labelled by route, method and status, never by their full path', async () => {
  for (const id of ['0199a1b2-ffff-7e5f-8a9b-0c1d2e3f4a5b', '0199a1b2-ffff-7e5f-8a9b-0c1d2e3f4a5c', 'x', '%00']) {
    await api.call('GET', `/v1/images/${id}`);
    await api.call('GET', `/v1/nowhere/${id}`);
  }
  await api.call('GET', '/v1/backlog', undefined, 'no-key');
  await api.app.request('/healthz', { method: 'PROPFIND' });
  await api.app.request('/healthz');
  expect((await series()).toSorted()).toEqual([
    'method="GET",route="/*",status="404"',
    'method="GET",route="/healthz",status="200"',
    'method="GET",route="/v1/backlog",status="401"',
    'method="GET",route="/v1/images/:id",status="404"',
    'method="other",route="/*",status="404"',
  ]);
});

test('metrics are not served on the public port', async () => {
  expect((await api.app.request('/metrics')).status).toBe(404);
});
