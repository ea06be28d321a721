import { vi } from 'vitest';

/** Vitest's own second is too short for a machine with more to do. What never comes still fails its test. */
const WAIT_MS = 20_000;

type Wait = typeof vi.waitFor | typeof vi.waitUntil;

const patient = <W extends Wait>(wait: W) =>
  ((callback: () => unknown, options?: Parameters<Wait>[1]) =>
    wait(callback, typeof options === 'number' ? options : { timeout: WAIT_MS, ...options })) as W;

vi.waitFor = patient(vi.waitFor);
vi.waitUntil = patient(vi.waitUntil);
