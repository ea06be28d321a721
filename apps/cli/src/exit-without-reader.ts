/** Ends the command once nobody reads its output any more, as when `head` has its lines: quietly, for there is nobody to tell. */
export function exitWithoutReader(): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.stderr.write(`${message}\n`);
    process.exit(1);
  });
}
