import { AppError } from '@imagemill/errors';
import type { ChainableCommander } from 'ioredis';

/** Redis did not take or answer a command in time. */
export class QueueUnavailableError extends AppError {
  constructor(cause: unknown) {
    super({
      code: 'queue-unavailable',
      retryable: true,
      publicMessage: 'The job queue does not answer. Try again shortly.',
      cause,
    });
  }
}

/**
 * Runs commands of Redis. A failure of the connection, of the client or of the server comes out as unavailable; anything
 * else is a bug of ours or a broken record, and comes out as it is: a retry would not help.
 *
 * @param unavailable makes the error that callers get; retryable
 * @throws QueueUnavailableError, or what `unavailable` makes
 */
export async function translateRedisErrors<T>(
  run: () => Promise<T>,
  unavailable: (cause: unknown) => AppError = (cause) => new QueueUnavailableError(cause),
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isUnavailable(error) ? unavailable(error) : error;
  }
}

/** Runs a transaction. ioredis resolves with the errors of its commands among the results; here the first one is thrown. */
export async function execute(transaction: ChainableCommander): Promise<unknown[]> {
  const results = (await transaction.exec()) ?? [];
  return results.map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

/**
 * Error codes of Redis that say something about the state or the setup of the server, not about the command
 * (https://github.com/redis/redis/blob/7.2/src/server.c, createSharedObjects). The credentials are among them: an operator
 * changes those, as the storage's, and no work is lost meanwhile.
 */
const SERVER_CODES = [
  ...[
    'LOADING',
    'BUSY',
    'MASTERDOWN',
    'READONLY',
    'CLUSTERDOWN',
    'TRYAGAIN',
    'NOREPLICAS',
    'MISCONF',
    'OOM',
    'UNBLOCKED',
  ],
  ...['NOAUTH', 'WRONGPASS', 'NOPERM'],
];

/** Redis 6.2 reports a command that failed in a script as `ERR Error running script (…): @user_script: 7: -READONLY …`. */
const SERVER_REPLY = new RegExp(`(?:^|: -)(?:${SERVER_CODES.join('|')}) |^ERR max number of clients reached`);

/** What ioredis and BullMQ throw without a class or a code: the connection closed, or an answer is overdue. */
const CLIENT_MESSAGE =
  /^(?:Connection is closed|Command timed out|Command aborted due to connection close|Socket timeout\.|Stream isn't writeable and enableOfflineQueue)/;

const CLIENT_CLASSES = ['MaxRetriesPerRequestError', 'ConnectionClosedError'];
const SOCKET_CALLS = ['connect', 'read', 'write', 'getaddrinfo'];

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, message, syscall, previousErrors } = error as NodeJS.ErrnoException & { previousErrors?: unknown[] };
  if (message.startsWith('EXECABORT')) return previousErrors?.some(isUnavailable) ?? false;
  if (name === 'ReplyError') return SERVER_REPLY.test(message);
  return (
    CLIENT_CLASSES.includes(name) ||
    CLIENT_MESSAGE.test(message) ||
    (syscall !== undefined && SOCKET_CALLS.includes(syscall))
  );
}
