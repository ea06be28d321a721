/**
 * A signal that the first Ctrl-C aborts, for a command to end in order with its summary. A second one ends it at once.
 */
export function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  process.on('SIGINT', () => {
    // Through `exit`, whose listeners give the terminal its cursor back.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort(new Error('interrupted'));
  });
  return interrupted.signal;
}
