import { sendCommands } from './resp-client.ts';

interface ServerInfo {
  /** False while it still loads its data. */
  readonly ready: boolean;
  readonly pid: number;
  readonly confPath: string;
}

interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password?: string | undefined;
}

export async function askServerInfo({ host, port, password }: RedisAddress): Promise<ServerInfo> {
  const login = password === undefined ? [] : [['AUTH', password]];
  const replies = await sendCommands({ host, port }, [...login, ['INFO', 'server'], ['PING']]);
  const [info, pong] = replies.slice(-2);
  const fields = typeof info === 'string' ? info : '';
  return {
    ready: pong === 'PONG',
    pid: Number(field(fields, 'process_id')),
    confPath: field(fields, 'config_file'),
  };
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
}
