/** Ends the command without a message when the reader of its output is gone, such as `head`. */
export function exitWithoutReader(): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.stderr.write(`${message}\n`);
    process.exit(1);
  });
}
