import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where this user's downloads of imagemill lie: `~/.cache/imagemill`, or as XDG_CACHE_HOME says. */
export function userCacheDir(env: NodeJS.ProcessEnv): string {
  // The XDG specification has relative paths ignored.
  const configured = env.XDG_CACHE_HOME;
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache');
  return join(base, 'imagemill');
}
