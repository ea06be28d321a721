import { Socket } from 'node:net';
import { createFrameReader, writeFrame } from '../channel/frames.ts';
import type { EngineStart, FromEngine, ToEngine } from '../channel/messages.ts';
import type { EngineInProcess, EngineOptions } from '../engine.ts';
import type { Pixels } from '../pixels.ts';
import { createGrantedSlots } from './granted-slots.ts';
import { createRemoteDetector } from './remote-detector.ts';
import { serveImages } from './serve-images.ts';

/** The only descriptor of this process besides standard input, output and error. */
const CHANNEL = 3;
const READ_BYTES = 256 * 1024;
/** The worker is trusted. A variant set of 64 entries takes 20 KB. */
const limitsOfWorker = { headerBytesMax: 16 * 1024 * 1024, bodyBytesMax: 2 ** 32 - 1 };

/**
 * Serves the worker at the other end of the channel until that worker ends. The settings are JSON in the first argument of the
 * program.
 */
export async function serveChannel(createEngine: (options: EngineOptions) => Promise<EngineInProcess>): Promise<void> {
  const { limits, slots } = JSON.parse(process.argv[2] ?? '') as EngineStart;
  const granted = createGrantedSlots((message) => send(message));
  const watermarks = new Map<string, Pixels>();
  const detector = createRemoteDetector((message, frame) => send(message, frame));
  const engine = await createEngine({ limits, slots, encodeSlot: granted.enter, watermarks, detector });
  const images = serveImages(engine, granted, send);
  const channel = openChannel((message, body) => {
    if (message.do === 'enter') granted.granted(message.slot);
    else if (message.do === 'watermark') watermarks.set(message.sha256, { data: body, raw: message.raw });
    else if (message.do === 'enlarge') detector.enlarge();
    else if (message.do === 'crop') detector.answered(message.faces);
    else images.handle(message, body);
  });
  send({ is: 'ready' });

  function send(message: FromEngine, body?: Uint8Array): void {
    writeFrame(channel, message, body);
  }
}

function openChannel(onMessage: (message: ToEngine, body: Buffer) => void): Socket {
  const read = createFrameReader(limitsOfWorker, (message, body) => onMessage(message as ToEngine, body));
  const channel = new Socket({
    fd: CHANNEL,
    readable: true,
    writable: true,
    // One buffer for all reads, from which the frames are filled: the stream would allocate one for every 64 KB.
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback(length, buffer) {
        read(buffer.subarray(0, length));
        return true;
      },
    },
  });
  // Without it, the end of the stream goes unnoticed.
  channel.resume();
  // The worker has ended, or has closed its pool. `process.exit` would wait for running encodes.
  channel.on('close', () => process.kill(process.pid, 'SIGKILL'));
  channel.on('error', () => process.kill(process.pid, 'SIGKILL'));
  return channel;
}
