import { expect, test } from 'vitest';
import { createTurnstile } from './turnstile.ts';

const { signal } = new AbortController();

/** Enters, and tells whether it is in yet. */
function visitor(turnstile: ReturnType<typeof createTurnstile>, alone: boolean, until = signal) {
  const state = { isIn: false, leave: () => {}, gaveUp: false };
  const entered = turnstile.enter({ alone, signal: until }).then(
    (leave) => Object.assign(state, { isIn: true, leave }),
    () => Object.assign(state, { gaveUp: true }),
  );
  return { state, entered };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('many are in at once', async () => {
  const turnstile = createTurnstile();
  const visitors = [visitor(turnstile, false), visitor(turnstile, false), visitor(turnstile, false)];
  await settled();
  expect(visitors.map(({ state }) => state.isIn)).toEqual([true, true, true]);
});

test('who wants to be alone waits until all have left, and nobody else comes in meanwhile', async () => {
  const turnstile = createTurnstile();
  const [first, alone, later] = [visitor(turnstile, false), visitor(turnstile, true), visitor(turnstile, false)];
  await settled();
  expect([first, alone, later].map(({ state }) => state.isIn)).toEqual([true, false, false]);
  first.state.leave();
  await settled();
  expect([alone, later].map(({ state }) => state.isIn)).toEqual([true, false]);
  alone.state.leave();
  await later.entered;
  expect(later.state.isIn).toBe(true);
});

test('two who want to be alone are never in together', async () => {
  const turnstile = createTurnstile();
  const [first, second] = [visitor(turnstile, true), visitor(turnstile, true)];
  await settled();
  expect([first, second].map(({ state }) => state.isIn)).toEqual([true, false]);
  first.state.leave();
  await second.entered;
  expect(second.state.isIn).toBe(true);
});

test('who gives up while waiting holds up nobody', async () => {
  const turnstile = createTurnstile();
  const stop = new AbortController();
  const first = visitor(turnstile, false);
  const alone = visitor(turnstile, true, stop.signal);
  const later = visitor(turnstile, false);
  await settled();
  expect(later.state.isIn).toBe(false);
  stop.abort(new Error('no longer'));
  await later.entered;
  expect([first, later].map(({ state }) => state.isIn)).toEqual([true, true]);
  expect(alone.state.gaveUp).toBe(true);
});
