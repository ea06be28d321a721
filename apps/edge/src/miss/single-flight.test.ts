import { expect, test } from 'vitest';
import { createSingleFlight, type Flight } from './single-flight.ts';

const never = new AbortController().signal;
const flightsOf = (change: object = {}) =>
  createSingleFlight<string>({
    timeoutMs: 60_000,
    timeoutError: () => new Error('too late'),
    ...change,
  });

test('callers of the same key share one run, and each key has its own', async () => {
  const flights = flightsOf();
  let runs = 0;
  const work = async () => {
    runs += 1;
    return `run ${runs}`;
  };
  const results = await Promise.all([flights('a', never, work), flights('a', never, work), flights('b', never, work)]);
  expect(results).toEqual([
    { result: 'run 1', joined: false },
    { result: 'run 1', joined: true },
    { result: 'run 2', joined: false },
  ]);
});

test('a failure reaches all callers and is not kept', async () => {
  const flights = flightsOf();
  const fail = () => Promise.reject(new Error('failed'));
  await expect(flights('a', never, fail)).rejects.toThrow('failed');
  expect(await flights('a', never, async () => 'second')).toEqual({ result: 'second', joined: false });
});

test('a caller that leaves does not end the work of the others; the last one does', async () => {
  const flights = flightsOf();
  const [one, two] = [new AbortController(), new AbortController()];
  let signal = never;
  const work = (flight: Flight) => {
    signal = flight.signal;
    return new Promise<string>(() => {});
  };
  const callers = [flights('a', one.signal, work), flights('a', two.signal, work)];
  one.abort(new Error('left'));
  await expect(callers[0]).rejects.toThrow('left');
  expect(signal.aborted).toBe(false);
  two.abort(new Error('left too'));
  await expect(callers[1]).rejects.toThrow('left too');
  expect(signal.aborted).toBe(true);
  expect((await flights('a', never, async () => 'new')).joined).toBe(false);
});

test('committed work continues without callers', async () => {
  const flights = flightsOf();
  const leaving = new AbortController();
  let signal = never;
  const caller = flights('a', leaving.signal, (flight) => {
    flight.commit();
    signal = flight.signal;
    return new Promise<string>(() => {});
  });
  leaving.abort(new Error('left'));
  await expect(caller).rejects.toThrow('left');
  expect(signal.aborted).toBe(false);
});

test.each(['before', 'after'])('work ends if its last caller leaves %s it is uncommitted', async (when) => {
  const flights = flightsOf();
  const leaving = new AbortController();
  let committed: Flight | undefined;
  const caller = flights('a', leaving.signal, (flight) => {
    flight.commit();
    committed = flight;
    return new Promise<string>(() => {});
  });
  if (when === 'after') committed?.uncommit();
  expect(committed?.signal.aborted).toBe(false);
  leaving.abort(new Error('left'));
  if (when === 'before') committed?.uncommit();
  await expect(caller).rejects.toThrow('left');
  expect(committed?.signal.reason).toEqual(new Error('left'));
  expect((await flights('a', never, async () => 'new')).joined).toBe(false);
});

test('uncommitted work continues for a caller that has joined it', async () => {
  const flights = flightsOf();
  const leaving = new AbortController();
  const end = Promise.withResolvers<string>();
  let committed: Flight | undefined;
  const first = flights('a', leaving.signal, (flight) => {
    flight.commit();
    committed = flight;
    return end.promise;
  });
  leaving.abort(new Error('left'));
  await expect(first).rejects.toThrow('left');
  const second = flights('a', never, async () => 'new');
  committed?.uncommit();
  end.resolve('old');
  expect(await second).toEqual({ result: 'old', joined: true });
});

test('work that hangs ends at the time limit, even if it ignores its signal', async () => {
  const flights = flightsOf({ timeoutMs: 20 });
  await expect(flights('a', never, () => new Promise(() => {}))).rejects.toThrow('too late');
});
