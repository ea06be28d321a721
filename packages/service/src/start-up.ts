/** Every reason why a process cannot start, in one message for the operator. */
export class StartUpError extends Error {
  readonly problems: readonly string[];

  constructor(heading: string, problems: readonly string[]) {
    super(`${heading}\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = new.target.name;
    this.problems = problems;
  }
}

const CHECK_TIMEOUT_MS = 15_000;

/**
 * Checks a process's dependencies before it accepts any work: that they are reachable and configured correctly.
 *
 * @param checks by the dependency they check; a check returns the problems found, or throws if it cannot run
 * @throws StartUpError
 */
export async function startUpChecks(checks: Readonly<Record<string, () => Promise<readonly string[]>>>): Promise<void> {
  const found = await Promise.all(
    Object.entries(checks).map(async ([what, check]) => {
      const problems = await withinTime(check).catch((error: unknown) => [(error as Error).message]);
      return problems.map((problem) => `${what}: ${problem}`);
    }),
  );
  const problems = found.flat();
  if (problems.length > 0) throw new StartUpError('imagemill cannot start:', problems);
}

async function withinTime(check: () => Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([`no answer in ${CHECK_TIMEOUT_MS / 1000} s`]), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}
