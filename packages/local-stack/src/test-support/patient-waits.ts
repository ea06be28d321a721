import { setTimeout as delay } from 'node:timers/promises';
import { vi } from 'vitest';

/** Shorter than the test timeout. A wait ends as soon as its condition holds; on a busy machine that can take a minute. */
const WAIT_MS = 120_000;
const INTERVAL_MS = 50;
const PAUSE_MS_MAX = 500;

type Wait = typeof vi.waitFor | typeof vi.waitUntil;
type Condition = () => unknown;

/** A process runs this file once for each test file. */
const PATIENT = Symbol.for('imagemill.patientWait');

function patient<W extends Wait>(wait: W): W {
  if (PATIENT in wait) return wait;
  const waits = (condition: Condition, options?: Parameters<Wait>[1]) => {
    const given = typeof options === 'object' ? options : {};
    return wait(given.interval === undefined ? checkedLessOften(condition) : condition, { ...given, timeout: WAIT_MS });
  };
  return Object.assign(waits, { [PATIENT]: true }) as unknown as W;
}

/** The longer the wait, the longer the pauses: on a busy machine, frequent polls take the CPU that the awaited work needs. */
function checkedLessOften(condition: Condition): Condition {
  const startedAt = performance.now();
  return () => {
    const pauseMs = Math.min((performance.now() - startedAt) / 4, PAUSE_MS_MAX);
    return pauseMs < INTERVAL_MS || vi.isFakeTimers() ? condition() : delay(pauseMs).then(condition);
  };
}

vi.waitFor = patient(vi.waitFor);
vi.waitUntil = patient(vi.waitUntil);
