import { findChromium } from '@imagemill/bench/chromium';
import { chromium as launcher } from 'playwright-core';

/** Not localhost: without https, a page on this host is not a secure context. */
export const PLAIN_HOST = 'console.test';
/** The time limit of an action on a page, shorter than a test's: Playwright's own is too short for a busy machine. */
export const ACTION_TIMEOUT_MS = 120_000;

/** A browser for several processes. `missing` is the reason if there is none. */
export async function startSharedBrowser() {
  const chromium = await findChromium();
  if (typeof chromium === 'string') return { missing: chromium, stop: async () => {} };
  const { executablePath, args, env } = chromium;
  const server = await launcher.launchServer({
    executablePath,
    args: [...args, `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`],
    env: { ...process.env, ...env } as Record<string, string>,
  });
  return { wsEndpoint: server.wsEndpoint(), stop: () => server.close() };
}
