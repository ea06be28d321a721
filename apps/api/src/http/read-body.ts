import type { Readable } from 'node:stream';
import { onSmallChunks } from '@imagemill/http';

/** Limits of one request body. */
export interface BodyLimits {
  readonly bytesMax: number;
  /** Chunks or packets. Each one costs a few microseconds of the process, whatever its size. */
  readonly piecesMax: number;
  /** Called with the size of each piece. @returns false if the process or the tenant has no room for it */
  readonly makeRoom: (bytes: number) => boolean;
  /** Called at once when a limit is exceeded. */
  readonly onExceeded: (fault: BodyFault) => void;
}

/** Why a body was not read. */
export type BodyFault = 'too-large' | 'too-fragmented' | 'no-room' | 'incomplete';

/**
 * Reads a request body within its limits. The body of a rejected request is not read any further.
 *
 * @param source Node's own stream: a web stream in between costs ten times the CPU for a body of small chunks
 */
export function readBody(source: Readable, limits: BodyLimits): Promise<Buffer | BodyFault> {
  const { bytesMax, piecesMax, makeRoom, onExceeded } = limits;
  const { promise, resolve } = Promise.withResolvers<Buffer | BodyFault>();
  const pieces: Buffer[] = [];
  let bytes = 0;
  // Chunks may have been dropped before: the listener below is then called at once.
  let ignoreChunks = () => {};

  function onData(piece: Buffer): void {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > bytesMax) refuse('too-large');
    else if (pieces.length > piecesMax) refuse('too-fragmented');
    else if (!makeRoom(piece.length)) refuse('no-room');
  }
  const onEnd = () => stop(Buffer.concat(pieces));
  // The client has disconnected, or has exceeded the time limit of a request.
  const onBreak = () => stop('incomplete');

  function refuse(fault: BodyFault): void {
    stop(fault);
    onExceeded(fault);
  }

  function stop(outcome: Buffer | BodyFault): void {
    source.off('data', onData).off('end', onEnd).off('close', onBreak);
    ignoreChunks();
    source.pause();
    resolve(outcome);
  }
  // This listener stays: an error after the response must not end the process.
  source.on('error', onBreak);
  source.on('data', onData).on('end', onEnd).on('close', onBreak);
  ignoreChunks = onSmallChunks(source, () => refuse('too-fragmented'));
  if (source.destroyed) onBreak();
  return promise;
}
