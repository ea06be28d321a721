import { createLogger, createRegistry } from '@imagemill/service';
import { expect, test, vi } from 'vitest';
import { watchRefusals } from './watch-refusals.ts';

test('refused requests are counted by reason, and logged with the id of their response', async () => {
  const registry = createRegistry();
  const logger = createLogger('test', 'silent');
  const debug = vi.spyOn(logger, 'debug');
  const refused = { reason: 'bad-request', requestId: 'an-id', cause: 'HPE_INVALID_METHOD' };
  watchRefusals(registry, logger)(refused);
  const metrics = await registry.metrics();
  expect(metrics).toContain('imagemill_http_refused_total{reason="bad-request"} 1');
  expect(metrics).toContain('imagemill_http_refused_total{reason="request-too-slow"} 0');
  expect(debug).toHaveBeenCalledExactlyOnceWith(refused, expect.any(String));
});

test('an error of ours is logged as an error', () => {
  const logger = createLogger('test', 'silent');
  const error = vi.spyOn(logger, 'error');
  const failed = { reason: 'internal-error', requestId: 'an-id', cause: 'Error: a bug' };
  watchRefusals(createRegistry(), logger)(failed);
  expect(error).toHaveBeenCalledExactlyOnceWith(failed, expect.any(String));
});
