import { createRegistry } from '@imagemill/service';
import { expect, test } from 'vitest';
import { measureEngine } from './measure-engine.ts';

const unread = (): never => {
  throw new Error('This is never scraped.');
};

test('the layers around engine processes are 1 or 0, and one that the settings leave out has no value', async () => {
  const registry = createRegistry();
  const { count } = measureEngine(registry, unread);
  const metric = registry.getSingleMetric('imagemill_engine_layers');
  expect((await metric?.get())?.values).toEqual([]);
  count({
    is: 'sandbox',
    active: ['permission-model'],
    missing: [
      { layer: 'seccomp', because: 'system', reason: 'this process has no filter' },
      { layer: 'call-filter', because: 'program', reason: 'it does not start' },
      { layer: 'landlock', because: 'setting', reason: 'left out by the settings' },
    ],
  });
  expect((await metric?.get())?.values).toEqual([
    { labels: { layer: 'permission-model' }, value: 1 },
    { labels: { layer: 'seccomp' }, value: 0 },
    { labels: { layer: 'call-filter' }, value: 0 },
  ]);
});
