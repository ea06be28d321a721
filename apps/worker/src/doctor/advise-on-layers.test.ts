import { expect, test } from 'vitest';
import { adviseOnLayers } from './advise-on-layers.ts';

const resultsOf = (...event: [Parameters<typeof adviseOnLayers>[0]]) =>
  adviseOnLayers(...event).map(({ result, message }) => `${result} ${message}`);

test('names the active layers, and warns about a missing one with its reason and a fix', () => {
  const missing = [{ layer: 'landlock', because: 'system', reason: 'setpriv is not installed' }] as const;
  expect(adviseOnLayers({ active: ['permission-model', 'call-filter'], missing })).toEqual([
    { result: 'ok', message: 'active here: permission-model, call-filter' },
    {
      result: 'warning',
      message: 'landlock is missing here: setpriv is not installed',
      fix: expect.stringContaining('util-linux 2.40'),
    },
  ]);
});

test('does not warn about layers that the filter replaces, nor about those that the operator left out', () => {
  const missing = [
    { layer: 'network-namespace', because: 'system', reason: 'not permitted' },
    { layer: 'landlock', because: 'setting', reason: '' },
  ] as const;
  expect(resultsOf({ active: ['call-filter'], missing })).toEqual([
    'ok active here: call-filter',
    'skipped network-namespace is missing here: not permitted; call-filter denies the same',
    'skipped landlock is left out by ENGINE_LAYERS',
  ]);
  expect(resultsOf({ active: [], missing })).toContain('warning network-namespace is missing here: not permitted');
});

test('warns about a layer that engine processes do not start behind', () => {
  const missing = [{ layer: 'landlock', because: 'program', reason: 'Error: EACCES' }] as const;
  expect(resultsOf({ active: [], missing })).toContain('warning landlock is missing here: Error: EACCES');
});
