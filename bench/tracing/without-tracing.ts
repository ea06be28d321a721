import { registerHooks } from 'node:module';

/** Loaded before a program: replaces `packages/tracing` by empty functions. */
const REPLACEMENT = new URL('./no-tracing.ts', import.meta.url).href;

registerHooks({
  resolve(name, context, next) {
    const found = next(name, context);
    return found.url.endsWith('/packages/tracing/src/tracing.ts') ? { ...found, url: REPLACEMENT } : found;
  },
});
