import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { lowerSession } from '@imagemill/local-stack';
import type { z } from 'zod';

/**
 * Nice values. Attackers stand for machines elsewhere, which would take no core from the service; on a machine that they share with it, they get
 * what it leaves idle. Clients that measure must not wait for a core themselves.
 */
export const niceness = { attacker: 19, measuring: 0 } as const;

/** A client of the service in a process of its own: neither delays the other clients. It ends with its parent. */
export interface ClientProgram {
  readonly pid: number | undefined;
  /** Sends a message, and waits for the answer. @throws Error if the program ends before */
  ask<T>(question: string, answer: z.ZodType<T>): Promise<T>;
  kill(): void;
}

/** @param program answers by `answerQuestions` */
export function startClient(program: URL, nice: number, args: readonly string[]): ClientProgram {
  const child = spawnAtPriority(program, nice, args, ['ignore', 'inherit', 'inherit', 'ipc']);
  const ended = endOf(child, program);
  // It is awaited by each question.
  ended.catch(() => {});
  return {
    pid: child.pid,
    async ask(question, answer) {
      const answered = once(child, 'message');
      child.send(question);
      const [message] = await Promise.race([answered, ended]);
      return answer.parse(message);
    },
    kill: () => child.kill('SIGKILL'),
  };
}

/** Starts a program in a session of its own, with a nice value that counts among all processes of the machine. */
export function spawnAtPriority(program: URL, nice: number, args: readonly string[], stdio: StdioOptions) {
  const command = ['-n', String(nice), process.execPath, fileURLToPath(program), ...args];
  const child = spawn('nice', command, { stdio, detached: true });
  lowerSession(child.pid, nice);
  return child;
}

async function endOf(child: ChildProcess, { pathname }: URL): Promise<never> {
  const [code, signal] = await once(child, 'exit');
  throw new Error(`${pathname} ended with ${signal ?? `code ${code}`}.`);
}

/** In the program: answers each question of its parent, one after the other, and ends with it. */
export function answerQuestions<Question extends string>(answers: Readonly<Record<Question, () => unknown>>): void {
  process.once('disconnect', () => process.exit());
  process.on('message', async (question: Question) => process.send?.((await answers[question]()) ?? null));
}
