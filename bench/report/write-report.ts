import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const OUT = new URL('../../docs/performance/', import.meta.url);

interface Report {
  readonly data: object;
  readonly markdown: string;
  readonly svg: string;
  /** Further charts, by the ending of their file's name. */
  readonly charts?: Readonly<Record<string, string>>;
}

/** Prints a bench's tables. Unless it was a quick run, also writes its data, tables and chart to docs/performance. */
export async function writeReport(name: string, report: Report, { quick }: { quick: boolean }): Promise<void> {
  console.log(`\n${report.markdown}\n`);
  if (quick) return;
  await mkdir(OUT, { recursive: true });
  await Promise.all([
    writeFile(new URL(`${name}.json`, OUT), `${JSON.stringify(report.data, null, 2)}\n`),
    writeFile(new URL(`${name}.md`, OUT), `<!-- Written by \`pnpm bench ${name}\`. -->\n\n${report.markdown}\n`),
    writeFile(new URL(`${name}.svg`, OUT), report.svg),
    ...Object.entries(report.charts ?? {}).map(([ending, chart]) =>
      writeFile(new URL(`${name}-${ending}.svg`, OUT), chart),
    ),
  ]);
  console.log(`written to ${fileURLToPath(OUT)}${name}.{json,md,svg}`);
}
