import type { EvenLoad } from '../load/at-even-rate.ts';
import { barChart } from '../report/bar-chart.ts';
import { markdownTable } from '../report/markdown-table.ts';
import type { EqualQuality } from './equal-quality.ts';
import { type MeanRatio, meanRatio } from './mean-ratio.ts';
import type { FirstPicture } from './measure-first-picture.ts';
import type { Hits } from './measure-hits.ts';
import type { Hostile } from './measure-hostile.ts';
import type { Miss } from './measure-misses.ts';
import type { OneKey } from './measure-one-key.ts';

export interface EdgeFigures {
  /** Undefined if butteraugli is not installed. */
  readonly avif: EqualQuality | undefined;
  readonly misses: readonly Miss[];
  readonly hits: readonly { readonly edge: Hits; readonly ipx: Hits }[];
  readonly halfLoad: EvenLoad;
  readonly oneKey: OneKey;
  readonly hostile: Hostile;
  readonly firstPicture: FirstPicture;
}

const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);
const perSecond = (value: number) => value.toFixed(value < 100 ? 1 : 0);
const latency = ({ p50Ms, p99Ms }: { p50Ms: number; p99Ms: number }) => `${ms(p50Ms)} / ${ms(p99Ms)}`;

export function edgeMarkdown(figures: EdgeFigures): string {
  return [
    missesMarkdown(figures.misses),
    ...(figures.avif ? ['### Quality of avif', qualityTable(figures.avif)] : []),
    '### Hits',
    hitTable(figures),
    '### One key, hostile requests, first picture',
    otherTable(figures),
    hostileTable(figures.hostile),
  ].join('\n\n');
}

export function missesMarkdown(misses: readonly Miss[]): string {
  const alone = misses.filter(({ connections }) => connections === 1);
  const rates = misses.filter(({ source }) => source === '12 MP jpeg');
  return [
    '### Misses: CPU of one picture',
    cpuTable(alone),
    meansText(alone),
    '### Misses: throughput, 12-megapixel JPEG',
    missTable(rates),
  ].join('\n\n');
}

const meansText = (misses: readonly Miss[]) =>
  `Mean of these cells, with its standard error: planned renditions ${withError(meanRatio(misses, 'edge'))} of the floor's CPU, ` +
  `signed sizes ${withError(meanRatio(misses, 'signed'))}.`;

const withError = ({ mean, error }: MeanRatio) => `${mean.toFixed(3)} ± ${error.toFixed(3)}`;

const cpuTable = (misses: readonly Miss[]) =>
  markdownTable(
    [
      'source',
      'to',
      'edge, CPU ms',
      'floor',
      'edge ÷ floor',
      'signed size',
      'signed ÷ floor',
      'ipx',
      'ipx, our encoder settings',
      'nginx image_filter',
      'edge, p50 ms',
      'ipx, p50 ms',
    ],
    misses.map(({ source, format, edge, signed, floor, ipx, ipxAlike, nginx }) => [
      source,
      format,
      ms(edge.cpuMs),
      ms(floor.cpuMs),
      (edge.cpuMs / floor.cpuMs).toFixed(2),
      ms(signed.cpuMs),
      (signed.cpuMs / floor.cpuMs).toFixed(2),
      ms(ipx.cpuMs),
      ms(ipxAlike.cpuMs),
      nginx ? ms(nginx.cpuMs) : '',
      ms(edge.p50Ms),
      ms(ipx.p50Ms),
    ]),
  );

const missTable = (misses: readonly Miss[]) =>
  markdownTable(
    [
      'to',
      'connections',
      'edge, per s',
      'floor',
      'ipx',
      'ipx, our encoder settings',
      'edge ÷ ipx',
      'edge ÷ ipx, our settings',
      'floor ÷ ipx, our settings',
      'edge, p50 / p99 ms',
      'ipx, p50 / p99 ms',
      'edge, MB',
      'ipx, MB',
    ],
    misses.map(({ format, connections, edge, floor, ipx, ipxAlike }) => [
      format,
      String(connections),
      perSecond(edge.perSecond),
      perSecond(floor.perSecond),
      perSecond(ipx.perSecond),
      perSecond(ipxAlike.perSecond),
      (edge.perSecond / ipx.perSecond).toFixed(2),
      (edge.perSecond / ipxAlike.perSecond).toFixed(2),
      (floor.perSecond / ipxAlike.perSecond).toFixed(2),
      latency(edge),
      latency(ipx),
      ms(edge.rssMb),
      ms(ipx.rssMb),
    ]),
  );

const qualityTable = ({ edge, ipx }: EqualQuality) =>
  markdownTable(
    ['avif of', 'quality', 'bytes', 'butteraugli, 3-norm', 'SSIMULACRA 2'],
    Object.entries({ edge, ipx }).map(([name, { quality, bytes, butteraugli, ssimulacra2 }]) => [
      name,
      String(quality),
      bytes.toLocaleString('en'),
      butteraugli.toFixed(2),
      ssimulacra2.toFixed(1),
    ]),
  );

const hitTable = ({ hits, halfLoad }: EdgeFigures) =>
  markdownTable(
    ['connections', 'edge, per s', 'ipx, per s', 'edge ÷ ipx', 'edge, p50 / p99 ms', 'ipx, p50 / p99 ms'],
    [
      ...hits.map(({ edge, ipx }) => [
        String(edge.connections),
        perSecond(edge.perSecond),
        perSecond(ipx.perSecond),
        perSecond(edge.perSecond / ipx.perSecond),
        latency(edge),
        latency(ipx),
      ]),
      ['half of the maximum, at an even rate', perSecond(halfLoad.perSecond), '', '', latency(halfLoad), ''],
    ],
  );

/** Good hits beside hostile requests, at the edge and at the floor. */
export const hostileTable = ({ hitsPerSecond, edge, floor }: Hostile) =>
  markdownTable(
    [`hits at ${perSecond(hitsPerSecond)} per s, from memory`, 'edge', 'bare HTTP server'],
    [
      ['alone, p50 / p99 ms', latency(edge.alone), latency(floor.alone)],
      ['beside hostile requests, p50 / p99 ms', latency(edge.beside), latency(floor.beside)],
      ['hostile requests per s', perSecond(edge.hostilePerSecond), perSecond(floor.hostilePerSecond)],
      ['CPU of a hostile request in the process of the server, ms', edge.cpuMs.toFixed(2), floor.cpuMs.toFixed(2)],
    ],
  );

const otherTable = ({ oneKey, firstPicture }: EdgeFigures) =>
  markdownTable(
    ['measurement', 'figure'],
    [
      [
        `renders of ${oneKey.requests.toLocaleString('en')} concurrent requests for one cold key, two processes`,
        String(oneKey.renders),
      ],
      ['of these requests, not answered with the picture', String(oneKey.failed)],
      ['seconds until all of them were answered', oneKey.seconds.toFixed(1)],
      ['first picture after the upload, no worker, p50 ms', ms(firstPicture.p50Ms)],
      ['of this, decode and encode', ms(firstPicture.renderMs)],
    ],
  );

export const edgeChart = ({ misses }: EdgeFigures): string =>
  barChart({
    title: 'CPU of a miss at the edge, compared to bare fetch, decode, resize and encode (1.00)',
    bars: misses
      .filter(({ connections }) => connections === 1)
      .map(({ source, format, edge, floor }) => ({ label: `${source} → ${format}`, value: edge.cpuMs / floor.cpuMs })),
    reference: 1,
  });
