// A program that tries what an engine process must not do, as native code would: without Node's permission model. It prints for each attempt
// `done` or the code of the error.
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setPriority } from 'node:os';

export interface Targets {
  readonly worker: number;
  readonly engine: number;
  /** One of 127.0.0.1 that accepts connections. */
  readonly port: number;
  /** With a file `kept`. */
  readonly folder: string;
}

const attempts = {
  connect: ({ port }: Targets) =>
    new Promise<void>((connected, failed) => connect(port, '127.0.0.1', connected).on('error', failed)),
  start: () => execFileSync(process.execPath, ['--version']),
  signalWorker: ({ worker }: Targets) => process.kill(worker, 0),
  signalEngine: ({ engine }: Targets) => process.kill(engine, 0),
  slowDownWorker: ({ worker }: Targets) => setPriority(worker, 19),
  write: ({ folder }: Targets) => writeFileSync(`${folder}/new`, ''),
  remove: ({ folder }: Targets) => unlinkSync(`${folder}/kept`),
  rename: ({ folder }: Targets) => renameSync(`${folder}/kept`, `${folder}/other`),
  chmod: ({ folder }: Targets) => chmodSync(`${folder}/kept`, 0o777),
  readOther: ({ folder }: Targets) => readFileSync(`${folder}/kept`),
  list: ({ folder }: Targets) => readdirSync(folder),
  readWorker: ({ worker }: Targets) => readFileSync(`/proc/${worker}/environ`),
  readEngine: ({ engine }: Targets) => readFileSync(`/proc/${engine}/environ`),
  readProgram: () => readFileSync(import.meta.filename),
} satisfies Record<string, (targets: Targets) => unknown>;

export type Outcome = Readonly<Record<keyof typeof attempts, string>>;

const targets = JSON.parse(process.argv[2] ?? '') as Targets;
const outcome: Record<string, string> = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt(targets);
    outcome[name] = 'done';
  } catch (error) {
    const { code, info } = error as NodeJS.ErrnoException & { info?: { code: string } };
    outcome[name] = String(info?.code ?? code);
  }
}
console.log(JSON.stringify(outcome));
process.exit();
