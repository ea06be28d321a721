import type { Redis } from 'ioredis';

/**
 * Sends the commands of one turn in one write: the callbacks that run together, such as those of replies that arrived together. A system call
 * for each command was a tenth of the CPU of a request.
 */
export function batchWrites(redis: Redis): Redis {
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    const socket = redis.stream as Redis['stream'] | undefined;
    if (socket?.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return send(command, stream);
  };
  return redis;
}
