import { readFlags } from '@imagemill/service';

const HELP = `usage: doctor [--json] [--layers <program>]

Checks the deployment that the environment variables describe, and prints how to fix each problem: Redis, buckets and what
their server supports, bucket events, keys, clocks, CDN, edge and webhooks. Test objects are deleted at the end.

  --json              print one JSON object per finding, and one for the summary
  --layers <program>  apps/worker/src/layers.ts: examine the layers around engine processes of this machine

Exit codes: 0 no problem (warnings are possible), 1 at least one problem, 2 wrong usage, 130 interrupted.`;

/** One-shot: examines a deployment from where it runs. */
async function main(): Promise<void> {
  const flags = readFlags({ json: { type: 'boolean', default: false }, layers: { type: 'string' } }, HELP);
  if (!flags) return;
  // Loaded here, not at import: a wrong flag is reported at once.
  const [{ examine }, { jsonReport, summarise, textReport }] = await Promise.all([
    import('./doctor/examine.ts'),
    import('./doctor/report.ts'),
  ]);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  const findings = await examine(process.env, { signal: interrupted.signal, layersProgram: flags.layers });
  process.stdout.write(`${flags.json ? jsonReport(findings) : textReport(findings)}\n`);
  if (interrupted.signal.aborted) process.exitCode = 130;
  else process.exitCode = summarise(findings).isHealthy ? 0 : 1;
}

await main();
