import { existsSync } from 'node:fs';

/** Programs start with the one in this place, which their format prescribes. */
const programLoaders = [
  ...['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'],
  ...['/lib/ld-musl-x86_64.so.1', '/lib/ld-musl-aarch64.so.1'],
];

const libraries = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib', '/etc/ld.so.cache'];

/**
 * What Node, glibc and libvips read about the machine and the process. Of other processes, Landlock hides memory and environment.
 * `/proc` is readable as a whole: the kernel loses a rule for one of its files with the cached entry, when memory is short.
 */
const facts = [
  ...['/proc', '/sys/fs/cgroup', '/sys/devices/system/cpu', '/dev/null', '/etc/localtime'],
  // Node does not start if it exists but cannot be read.
  ...['/etc/ssl/openssl.cnf', '/etc/pki/tls/openssl.cnf'],
];

/**
 * Options of `setpriv` for Landlock: an engine process executes Node only, reads the files of its program and of the system's
 * libraries, and writes none.
 *
 * https://docs.kernel.org/userspace-api/landlock.html
 *
 * @param readable folders and files of the program
 */
export function landlockRules(readable: readonly string[]): readonly string[] {
  const rule = (access: string) => (path: string) => ['--landlock-rule', `path-beneath:${access}:${path}`];
  return [
    ...[process.execPath, ...programLoaders].filter(existsSync).flatMap(rule('execute,read-file')),
    ...[...libraries, ...facts, ...readable].filter(existsSync).flatMap(rule('read-file')),
  ];
}
