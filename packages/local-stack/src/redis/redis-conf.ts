export interface RedisConf {
  readonly bind: string;
  readonly port: number;
  readonly dir: string;
  readonly appendOnly: boolean;
  readonly protectedMode: boolean;
  readonly password?: string | undefined;
}

export function renderRedisConf(conf: RedisConf): string {
  const settings: [name: string, value: string][] = [
    ['bind', conf.bind],
    ['port', String(conf.port)],
    ['protected-mode', yesNo(conf.protectedMode)],
    ['daemonize', 'no'],
    ['dir', quote(conf.dir)],
    // The append-only file holds everything; a snapshot beside it would only be older.
    ['save', '""'],
    ['appendonly', yesNo(conf.appendOnly)],
    ['appendfsync', 'everysec'],
    // A queue must never lose a key to make room for another.
    ['maxmemory-policy', 'noeviction'],
  ];
  if (conf.password !== undefined) settings.push(['requirepass', quote(conf.password)]);
  return settings.map(([name, value]) => `${name} ${value}\n`).join('');
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** Redis reads double-quoted values with the escapes that JSON writes for everything but rare control characters. */
function quote(value: string): string {
  return JSON.stringify(value);
}
