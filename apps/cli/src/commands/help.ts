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
  ['QUEUE_PREFIX', 'prefix of its Redis keys, as the API has it'],
  ['IMAGEMILL_DIR', 'folder of the local stack (default: .imagemill)'],
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
