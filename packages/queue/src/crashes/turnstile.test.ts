import { expect, test } from 'vitest';
import { createTurnstile } from './turnstile.ts';

const { signal } = new AbortController();

/** Enters, and records whether it has been admitted. */
function visitor(turnstile: ReturnType<typeof createTurnstile>, alone: boolean, until = signal) {
  const state = { isIn: false, leave: () => {}, aborted: false, sentAway: false };
  const entered = turnstile.enter({ alone, signal: until }).then(
    (leave) => Object.assign(state, leave ? { isIn: true, leave } : { sentAway: true }),
    () => Object.assign(state, { aborted: true }),
  );
  return { state, entered };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('admits many shared holders at once', async () => {
  const turnstile = createTurnstile();
  const visitors = [visitor(turnstile, false), visitor(turnstile, false), visitor(turnstile, false)];
  await settled();
  expect(visitors.map(({ state }) => state.isIn)).toEqual([true, true, true]);
});

test('an exclusive holder waits for all others to leave, and is not overtaken', async () => {
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

test('a second exclusive holder is rejected at once', async () => {
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

test('an aborted wait does not block others', async () => {
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
  expect(alone.state.aborted).toBe(true);
});
