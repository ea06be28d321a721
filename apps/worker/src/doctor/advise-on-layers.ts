import type { MissingLayer, SandboxEvent } from '@imagemill/imaging';

type Layer = MissingLayer['layer'];

/** A finding of `doctor`, without the name of its check. */
interface Outcome {
  readonly result: 'ok' | 'warning' | 'skipped';
  readonly message: string;
  readonly fix?: string;
}

const UTIL_LINUX = 'Install util-linux, which has prlimit and setpriv.';

/** How to get what the system does not have. */
const advice: Readonly<Record<Layer, string>> = {
  'permission-model': 'Use Node 24 or later.',
  'network-namespace': 'Allow unprivileged user namespaces, or get call-filter, which denies connections instead.',
  'no-new-privileges': UTIL_LINUX,
  'resource-limits': UTIL_LINUX,
  'call-filter': 'Use util-linux 2.40 or later on x64 or arm64, as in the images or in Debian 13.',
  landlock:
    'Use util-linux 2.40 or later, as in the images or in Debian 13, and a kernel with Landlock enabled (lsm=…,landlock).',
  seccomp: 'Get call-filter, or run workers in containers with the default seccomp profile.',
};

/** Layers that matter little where our own filter denies the same system calls. */
const coveredByFilter: readonly Layer[] = ['network-namespace', 'seccomp'];

/** The active layers in one line, and a line for each missing one. */
export function adviseOnLayers({ active, missing }: Omit<SandboxEvent, 'is'>) {
  const isFiltered = active.includes('call-filter');
  return [
    { result: 'ok', message: `active here: ${active.join(', ') || 'none'}` },
    ...missing.map((layer) => outcomeOf(layer, isFiltered)),
  ] satisfies Outcome[];
}

function outcomeOf({ layer, because, reason }: MissingLayer, isFiltered: boolean): Outcome {
  if (because === 'setting') return { result: 'skipped', message: `${layer} is left out by ENGINE_LAYERS` };
  const message = `${layer} is missing here: ${reason}`;
  if (because === 'program') {
    const fix =
      'Engine processes do not start behind it. Install libraries in the usual folders, or set ENGINE_LAYERS to the active layers.';
    return { result: 'warning', message, fix };
  }
  if (isFiltered && coveredByFilter.includes(layer))
    return { result: 'skipped', message: `${message}; call-filter denies the same` };
  return { result: 'warning', message, fix: advice[layer] };
}
