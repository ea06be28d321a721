import { connect } from 'node:net';

interface RespEndpoint {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs?: number;
}

type RespReply = string | null | RespReply[];

/** Sends commands over a connection of their own and returns their replies; an error reply is a string like `-ERR …`. */
export function sendCommands(endpoint: RespEndpoint, commands: readonly (readonly string[])[]): Promise<RespReply[]> {
  const { host, port, timeoutMs = 2_000 } = endpoint;
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host, port });
    const deadline = setTimeout(() => socket.destroy(new Error(`no reply from Redis in ${timeoutMs} ms`)), timeoutMs);
    socket.on('connect', () => socket.write(commands.map(encodeCommand).join('')));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const replies = parseReplies(received, commands.length);
      if (!replies) return;
      resolve(replies);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(deadline);
      reject(new Error('Redis closed the connection before it replied'));
    });
  });
}

function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

interface Parsed {
  readonly reply: RespReply;
  readonly end: number;
}

/** Undefined until all replies have arrived. */
function parseReplies(data: Buffer, count: number): RespReply[] | undefined {
  const replies: RespReply[] = [];
  for (let at = 0; replies.length < count; ) {
    const parsed = parseReply(data, at);
    if (!parsed) return undefined;
    replies.push(parsed.reply);
    at = parsed.end;
  }
  return replies;
}

/** RESP2: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function parseReply(data: Buffer, start: number): Parsed | undefined {
  const lineEnd = data.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const type = data.toString('latin1', start, start + 1);
  const line = data.toString('utf8', start + 1, lineEnd);
  const next = lineEnd + 2;
  if (type === '$') return parseBulkString(data, next, Number(line));
  if (type === '*') return parseArray(data, next, Number(line));
  return { reply: type === '-' ? `-${line}` : line, end: next };
}

function parseBulkString(data: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  const end = start + length + 2;
  return data.length < end ? undefined : { reply: data.toString('utf8', start, start + length), end };
}

function parseArray(data: Buffer, start: number, length: number): Parsed | undefined {
  const items: RespReply[] = [];
  let at = start;
  while (items.length < length) {
    const item = parseReply(data, at);
    if (!item) return undefined;
    items.push(item.reply);
    at = item.end;
  }
  return { reply: items, end: at };
}
