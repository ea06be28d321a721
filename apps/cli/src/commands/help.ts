interface Help {
  /** A command line, and what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  readonly environment?: readonly (readonly [name: string, means: string])[];
  readonly exitCodes: readonly (readonly [code: number, means: string])[];
}

/** The variables of every command that calls the API. */
export const targetEnvironment = [
  ['IMAGEMILL_API_URL', 'API to use'],
  ['IMAGEMILL_API_KEY', 'API key'],
  ['IMAGEMILL_DIR', 'folder of the local stack (default: .imagemill)'],
] as const;

/** The variables of the `keys` commands. */
export const keysEnvironment = [
  ['REDIS_URL', "Redis of the API (default: the local stack's)"],
  ['QUEUE_PREFIX', "prefix of its Redis keys; must be the API's"],
  ['IMAGEMILL_DIR', 'folder of the local stack (default: .imagemill)'],
] as const;

/** The variables of `start` and `stack` that new users may need. */
export const stackEnvironment = [
  ['API_PORT', 'port of the API and the console (default: 8080; 0: any free one)'],
  ['EDGE_PORT', 'port of the edge (default: 8081; 0: any free one)'],
  ['S3_PORT', 'port of the S3 server (default: 9000; 0: any free one)'],
  ['REDIS_PORT', 'port of Redis (default: any free one)'],
  ['WORKERS', 'number of worker processes (default: 1)'],
  ['EDGES', 'number of edge processes, 0 or 1 (default: 1)'],
  ['IMAGEMILL_DIR', 'folder for data, logs and stack.json (default: .imagemill)'],
  ['REDIS_URL', 'a Redis to use instead of a local one'],
  ['S3_ENDPOINT', 'an S3 server to use instead of the local one, with S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY'],
  ['IMPORT_ALLOW_PRIVATE', 'true: allow imports by URL from private addresses, such as 127.0.0.1'],
  ['VARIANT_SETS_FILE', 'JSON file with your own variant sets'],
  ['…', 'all others: docs/configuration.md'],
] as const;

export const stackExitCodes = [
  [0, 'stopped by Ctrl-C or SIGTERM'],
  [1, 'not started, or a part failed'],
  [2, 'wrong usage'],
  [130, 'a second Ctrl-C cut the shutdown short'],
] as const;

/** The end of a command's help. */
export function helpAfter({ examples, environment, exitCodes }: Help): string {
  const sections = [
    section('Examples', examples),
    ...(environment ? [section('Environment', environment)] : []),
    section('Exit codes', exitCodes),
  ];
  return `\n${sections.join('\n\n')}`;
}

function section(title: string, rows: readonly (readonly [string | number, string])[]): string {
  const width = Math.max(...rows.map(([term]) => String(term).length));
  return [`${title}:`, ...rows.map(([term, means]) => `  ${String(term).padEnd(width)}  ${means}`)].join('\n');
}
