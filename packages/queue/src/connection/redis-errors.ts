import { AppError } from '@imagemill/errors';
import type { ChainableCommander } from 'ioredis';

/** Redis did not accept or answer a command in time. */
export class QueueUnavailableError extends AppError {
  constructor(cause: unknown) {
    super({
      code: 'queue-unavailable',
      retryable: true,
      publicMessage: 'The job queue is unavailable. Try again shortly.',
      cause,
    });
  }
}

/**
 * Runs Redis commands. Failures of the connection, the client or the server are translated to an unavailable error. All
 * others are bugs or broken records and are rethrown: a retry would not help.
 *
 * @param unavailable creates the retryable error for callers
 * @throws QueueUnavailableError, or the error created by `unavailable`
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

/** Runs a transaction and throws its first error. ioredis returns the errors of single commands among the results. */
export async function execute(transaction: ChainableCommander): Promise<unknown[]> {
  const results = (await transaction.exec()) ?? [];
  return results.map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

/**
 * Redis error codes that concern the state or the configuration of the server, not the command
 * (https://github.com/redis/redis/blob/7.2/src/server.c, createSharedObjects). They include credential errors: an operator can
 * fix those, and no work is lost in the meantime.
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

/** Redis 6.2 reports a command that fails in a script as `ERR Error running script (…): @user_script: 7: -READONLY …`. */
const SERVER_REPLY = new RegExp(`(?:^|: -)(?:${SERVER_CODES.join('|')}) |^ERR max number of clients reached`);

/** Errors of ioredis and BullMQ without a class or a code: the connection closed, or a reply timed out. */
const CLIENT_MESSAGE =
  /^(?:Connection is closed|Command timed out|Command aborted due to connection close|Socket timeout\.|Stream isn't writeable and enableOfflineQueue)/;

const CLIENT_CLASSES = ['MaxRetriesPerRequestError', 'ConnectionClosedError'];
const SOCKET_CALLS = ['connect', 'read', 'write', 'getaddrinfo'];

/** Whether Redis caused the error, not the command: an error of this module, or one that it would translate. */
export const isRedisTrouble = (error: unknown) => error instanceof QueueUnavailableError || isUnavailable(error);

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
