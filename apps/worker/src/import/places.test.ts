import { expect, test } from 'vitest';
import { createPlaces, type Places } from './places.ts';

const hold = (places: Places) => {
  const place = places.take();
  if (!('leave' in place)) throw new Error('There is no place.');
  return place;
};
const turns = (places: Places, count: number) =>
  Array.from({ length: count }, () => {
    const place = places.take();
    return place.outcome === 'taken' ? 0 : place.retryAfterMs;
  });

test('a place that was given back is there for the next', () => {
  const places = createPlaces(2, () => 0);
  const [first] = [hold(places), hold(places)];
  expect(turns(places, 1)).toEqual([125]);
  first.leave();
  hold(places);
});

test('those that find none come again one after the other', () => {
  const places = createPlaces(1, () => 0);
  hold(places);
  expect(turns(places, 4)).toEqual([250, 500, 750, 1_000]);
});

test('the turns are as far apart as places take to become free', () => {
  let now = 0;
  const places = createPlaces(2, () => now);
  for (let times = 0; times < 50; times += 1) {
    const { leave } = hold(places);
    now += 4_000;
    leave();
  }
  hold(places);
  hold(places);
  const [first = 0, second = 0] = turns(places, 2);
  expect(second - first).toBeGreaterThan(1_950);
  expect(second - first).toBeLessThanOrEqual(2_000);
});

test('nobody is told to stay away for more than a minute, however many wait, and the line moves on with the clock', () => {
  let now = 0;
  const places = createPlaces(1, () => now);
  hold(places);
  expect(Math.max(...turns(places, 1_000))).toBe(60_000);
  now = 120_000;
  expect(turns(places, 1)).toEqual([250]);
});
