import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleType,
  retry,
  wrap,
} from 'cockatiel';
import { type AskService, NoVerdictError } from './ask-service.ts';

/** The service with retries, behind a circuit breaker. */
export interface PatientService {
  /** @throws NoVerdictError; BrokenCircuitError if it is not asked at the moment; the signal's reason */
  readonly ask: AskService;
  /** Whether no request is let through now: a job that needs no other work can wait. */
  isDown(): boolean;
}

interface Patience {
  /** Of the first retry, in ms; each further one waits twice as long. */
  readonly retryAfterMs: number;
  /** How long an open breaker lets no request through. */
  readonly openMs: number;
}

const RETRIES = 2;
/** Consecutive requests without an answer that open the breaker. */
const FAILURES_MAX = 6;
const defaultPatience: Patience = { retryAfterMs: 500, openMs: 10_000 };

export function createPatientService(ask: AskService, patience: Patience = defaultPatience): PatientService {
  // An abort of the job is not a failure of the service.
  const isFailure = handleType(NoVerdictError);
  const breaker = circuitBreaker(isFailure, {
    halfOpenAfter: patience.openMs,
    breaker: new ConsecutiveBreaker(FAILURES_MAX),
  });
  let openedAt = Number.NEGATIVE_INFINITY;
  breaker.onBreak(() => {
    openedAt = performance.now();
  });
  const retries = retry(isFailure, {
    maxAttempts: RETRIES,
    backoff: new ExponentialBackoff({ initialDelay: patience.retryAfterMs, generator: halfJitterGenerator }),
  });
  const patient = wrap(retries, breaker);
  return {
    ask: (request, stop) => patient.execute(() => ask(request, stop), stop),
    // It stays open until the next request, which no job would make if the state alone counted.
    isDown: () => breaker.state === CircuitState.Open && performance.now() - openedAt < patience.openMs,
  };
}
