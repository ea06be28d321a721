import type { Redis } from 'ioredis';

export interface WaitLimits {
  /** From a command to its reply; after that, it fails. */
  readonly replyMs: number;
  /** Without any data while replies are due; after that, the connection is closed. */
  readonly silenceMs: number;
}

/**
 * Limits how long a connection waits for Redis. ioredis has such limits too, but they count the time in which this process had no core: after a
 * pause of the process, its timers run before it reads the replies that have arrived.
 */
export function limitWaits(redis: Redis, { replyMs, silenceMs }: WaitLimits): Redis {
  const send = redis.sendCommand.bind(redis);
  let watched: Redis['stream'] | undefined;

  function watchSilence(stream: Redis['stream']): void {
    watched = stream;
    const end = after(silenceMs, () =>
      stream.destroy(new Error(`Socket timeout. Redis has sent nothing for ${silenceMs} ms.`)),
    );
    const onEnd = () => {
      end();
      stream.off('data', onEnd).off('close', onEnd);
      watched = undefined;
      if (!stream.destroyed && redis.commandQueue.length > 0) watchSilence(stream);
    };
    // After the listener that takes the replies out of the queue.
    stream.on('data', onEnd).on('close', onEnd);
  }

  redis.sendCommand = (command, stream) => {
    const sent = send(command, stream);
    const end = after(replyMs, () => command.reject(new Error('Command timed out')));
    command.promise.then(end, end);
    if (watched !== redis.stream && redis.commandQueue.length > 0) watchSilence(redis.stream);
    return sent;
  };
  return redis;
}

/**
 * Runs `action` after this time, unless it is ended. What has arrived by then is handled first, as in the storage's http-sender.ts. The time begins
 * when the commands of this turn are written (batch-writes.ts), since the turn may be long.
 */
function after(ms: number, action: () => void): () => void {
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;
  process.nextTick(() => {
    if (!isEnded) timer = setTimeout(() => setImmediate(() => isEnded || action()), ms);
  });
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
