/**
 * A signal that the first Ctrl-C aborts, so that a command can clean up and print its summary. A second one exits at once.
 */
export function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  process.on('SIGINT', () => {
    // By `exit`, whose listeners restore the terminal.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort(new Error('interrupted'));
  });
  return interrupted.signal;
}
