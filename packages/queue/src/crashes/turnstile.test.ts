import { expect, test } from 'vitest';
import { createTurnstile } from './turnstile.ts';

const { signal } = new AbortController();

/** Enters, and tells whether it is in yet. */
function visitor(turnstile: ReturnType<typeof createTurnstile>, alone: boolean, until = signal) {
  const state = { isIn: false, leave: () => {}, gaveUp: false, sentAway: false };
  const entered = turnstile.enter({ alone, signal: until }).then(
    (leave) => Object.assign(state, leave ? { isIn: true, leave } : { sentAway: true }),
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

test('who wants to be alone is sent away while another is alone, or waits to be', async () => {
  const turnstile = createTurnstile();
  const first = visitor(turnstile, false);
  const [waits, second] = [visitor(turnstile, true), visitor(turnstile, true)];
  await settled();
  expect([waits, second].map(({ state }) => state.sentAway)).toEqual([false, true]);
  first.state.leave();
  await waits.entered;
  const third = visitor(turnstile, true);
  await third.entered;
  expect(third.state).toMatchObject({ isIn: false, sentAway: true });
  waits.state.leave();
  const fourth = visitor(turnstile, true);
  await fourth.entered;
  expect(fourth.state.isIn).toBe(true);
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
