import type { Redis } from 'ioredis';

/**
 * Sends the commands of one turn in one write, with one system call: those of callbacks that run together, such as the ones of replies that
 * arrived together.
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
