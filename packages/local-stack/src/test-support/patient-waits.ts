import { vi } from 'vitest';

/** Shorter than the test timeout. A wait ends as soon as its condition holds; on a busy machine that can take a minute. */
const WAIT_MS = 120_000;

type Wait = typeof vi.waitFor | typeof vi.waitUntil;

const patient = <W extends Wait>(wait: W) =>
  ((callback: () => unknown, options?: Parameters<Wait>[1]) =>
    wait(callback, { ...(typeof options === 'object' && options), timeout: WAIT_MS })) as W;

vi.waitFor = patient(vi.waitFor);
vi.waitUntil = patient(vi.waitUntil);
