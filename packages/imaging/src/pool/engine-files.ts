import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files of an engine process. */
export interface EngineFiles {
  /** Path of its program. */
  readonly program: string;
  /** Whether the program is one JavaScript module already, with nothing left to bundle. */
  readonly isBundled: boolean;
  /** Path of the module that runs the program: `process/start.mjs`. */
  readonly starter: string;
  /** The only folders that the process reads. */
  readonly readable: readonly string[];
}

const root = new URL('../../../../', import.meta.url);

/** In the workspace: this package, and what it depends on. */
export const workspaceFiles = (): EngineFiles => ({
  program: fileURLToPath(new URL('../process/main.ts', import.meta.url)),
  isBundled: false,
  starter: fileURLToPath(new URL('../process/start.mjs', import.meta.url)),
  readable: ['packages/imaging/', 'node_modules/'].map((folder) => fileURLToPath(new URL(folder, root))),
});

/** In a folder with `engine.mjs`, `start.mjs` and `node_modules`: the bundle of the Lambda renderer. */
export const bundledFiles = (folder: string): EngineFiles => ({
  program: join(folder, 'engine.mjs'),
  isBundled: true,
  starter: join(folder, 'start.mjs'),
  readable: [folder],
});
