import { capabilityChecks } from './checks/store-capabilities.ts';
import { type EnvSource, parsed, parts } from './env.ts';
import type { Finding } from './finding.ts';
import { runChecks } from './run-checks.ts';
import { openStores } from './stores.ts';

const TIMEOUT_MS = 60_000;

/** What the server of the buckets lacks, with the settings that follow; the same probes as in the doctor. */
export async function lackingCapabilities(source: EnvSource): Promise<readonly Finding[]> {
  const storage = parsed(parts.storage, source);
  if (!storage) return [];
  const stores = await openStores(storage);
  try {
    const findings = await runChecks(capabilityChecks(storage, stores), AbortSignal.timeout(TIMEOUT_MS));
    await stores.objects.deleteAll();
    return findings.filter(({ result }) => result !== 'ok');
  } finally {
    stores.close();
  }
}
