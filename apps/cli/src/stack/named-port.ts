import { PortInUseError } from '@imagemill/local-stack';
import { FailureToExplain } from '../explain.ts';

/**
 * Calls `take`, which uses the port that `variable` sets.
 *
 * @throws FailureToExplain with the name of the variable if the port is in use
 */
export async function namedPort<Result>(variable: string, port: number, take: () => Promise<Result>): Promise<Result> {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof PortInUseError) || port === 0) throw error;
    throw new FailureToExplain(
      `Port ${port} is in use by another program. Set ${variable} to another port, or to 0 for any free port.`,
      { cause: error },
    );
  }
}
