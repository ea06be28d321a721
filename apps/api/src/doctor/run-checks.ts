import type { Check, Finding, Outcome } from './finding.ts';

const LIMIT_MS = 30_000;

/**
 * Runs all checks at once, each with its own time limit.
 *
 * @param signal ends all checks
 * @returns the findings in the order of the checks
 */
export async function runChecks(checks: readonly Check[], signal: AbortSignal): Promise<readonly Finding[]> {
  const found = await Promise.all(
    checks.map(async (check) =>
      (await outcomesOf(check, signal)).map((outcome) => ({ check: check.name, ...outcome })),
    ),
  );
  return found.flat();
}

async function outcomesOf(check: Check, signal: AbortSignal): Promise<readonly Outcome[]> {
  const limitMs = check.limitMs ?? LIMIT_MS;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const isOver = new Promise<never>((_resolve, reject) => {
    ended.addEventListener('abort', () => reject(ended.reason));
  });
  try {
    return await Promise.race([check.run(ended), isOver]);
  } catch (error) {
    if (ended.aborted && !signal.aborted) return [failed(`no answer within ${limitMs / 1000} s`)];
    return [failed(reasonOf(error))];
  }
}

const failed = (message: string): Outcome => ({
  result: 'problem',
  message,
  fix: 'Correct this first, then run again.',
});

/** Why a call failed. Node and the storage adapter hide the reason in causes. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (error.cause !== undefined) return reasonOf(error.cause);
  return error.message === '' ? error.name : error.message;
}
