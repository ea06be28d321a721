import { existsSync } from 'node:fs';
import { landlockRules } from './landlock-rules.ts';
import type { OwnLayer } from './layers.ts';
import { filterPath } from './open-filter.ts';

/** How programs of util-linux put a layer around a process. */
export interface Launcher {
  readonly layer: OwnLayer;
  /** The first one that works here is used. */
  readonly commands: readonly (readonly string[])[];
  /** A command that shows whether it works. */
  readonly proof: readonly string[];
}

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** The path of a program of the system; undefined if it is not installed. */
export const systemProgram = (name: string): string | undefined =>
  folders.map((folder) => `${folder}/${name}`).find(existsSync);

/**
 * The rights of the first Landlock, in Linux 5.13. `setpriv` 2.41 takes `fs` for all rights that it knows, which a kernel without
 * one of them refuses.
 */
const firstRights =
  'execute,write-file,read-file,read-dir,remove-dir,remove-file,make-char,make-dir,make-reg,make-sock,make-fifo,make-block,make-sym';

/**
 * In the order in which they start each other.
 *
 * @param readable what an engine process reads: files and folders of its program
 */
export function launchers(readable: readonly string[]): readonly Launcher[] {
  const harmless = [systemProgram('true') ?? 'true'];
  // Shows that Node starts. Whether its program works too, the first engine process shows.
  const versionOfNode = [process.execPath, '--version'];
  return [
    {
      layer: 'network-namespace',
      commands: [
        ['unshare', '--net', '--'],
        ['unshare', '--user', '--map-current-user', '--net', '--'],
      ],
      proof: harmless,
    },
    { layer: 'resource-limits', commands: [['prlimit', '--core=0', '--nofile=128', '--']], proof: harmless },
    {
      layer: 'no-new-privileges',
      commands: [
        // Only root has a bounding set to drop.
        ['setpriv', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--pdeathsig=KILL', '--'],
        ['setpriv', '--no-new-privs', '--pdeathsig=KILL', '--'],
      ],
      proof: harmless,
    },
    {
      layer: 'call-filter',
      commands: [['setpriv', '--no-new-privs', '--seccomp-filter', filterPath, '--']],
      proof: versionOfNode,
    },
    {
      // The last one: behind it, Node is the only program that can be executed.
      layer: 'landlock',
      commands: ['fs', `fs:${firstRights}`].map((access) => [
        ...['setpriv', '--no-new-privs', '--landlock-access', access, ...landlockRules(readable), '--'],
      ]),
      proof: versionOfNode,
    },
  ];
}
