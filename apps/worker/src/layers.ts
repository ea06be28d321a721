import { createEnginePool, type SandboxEvent } from '@imagemill/imaging';
import { engineEnv } from '@imagemill/rendering';
import { parseEnv, readFlags } from '@imagemill/service';
import { z } from 'zod';
import { adviseOnLayers } from './doctor/advise-on-layers.ts';

const HELP = `usage: layers

Starts one engine process as a worker does on this machine, and prints the layers of protection around it, one JSON object per line, with
how to get the missing ones. The doctor of a local stack runs it.`;

/** One-shot. The layers depend on the machine: it is run where a worker runs. */
async function main(): Promise<void> {
  if (!readFlags({}, HELP)) return;
  const env = parseEnv(z.object(engineEnv), process.env);
  const reports: SandboxEvent[] = [];
  const pool = await createEnginePool({
    processes: 1,
    layers: env.ENGINE_LAYERS,
    onEvent: (event) => void (event.is === 'sandbox' && reports.push(event)),
  });
  await pool.close();
  const lines = reports.flatMap(adviseOnLayers).map((outcome) => JSON.stringify(outcome));
  process.stdout.write(`${lines.join('\n')}\n`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
