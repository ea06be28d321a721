import { createImagingEngine } from '../engine.ts';
import { serveChannel } from './serve-channel.ts';

/** An engine process: parses, decodes and encodes one image at a time for the worker that started it. */
await serveChannel(createImagingEngine);
