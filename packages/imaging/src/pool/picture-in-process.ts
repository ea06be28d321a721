import type { Decided, VariantSet } from '@imagemill/variants';
import { callResults } from '../channel/messages.ts';
import type { CallOptions, Picture, RenderedVariant } from '../picture.ts';
import type { EngineProcess } from './engine-process.ts';
import type { ImageRun } from './image-run.ts';
import type { ReceivedRendition } from './pending-calls.ts';

interface RequestedRenditions {
  readonly set: VariantSet;
  /** Entries of the set that are encoded. */
  readonly count: number;
  readonly decided: Decided;
}

/** A picture whose pixels are in an engine process. */
export function createPictureInProcess(run: ImageRun, requested: RequestedRenditions): Picture {
  let summaries: Promise<unknown> = Promise.resolve();
  return {
    decided: requested.decided,
    close: run.end,
    summarise({ signal } = {}) {
      const summary = run.do((process) => process.call({ do: 'summarise' }, callResults.summarise), signal);
      summaries = Promise.allSettled([summaries, summary]);
      return summary;
    },
    render: ({ signal } = {}) => renderInProcess(run, requested, { signal, whenSummarised: () => summaries }),
  };
}

interface RenderCall extends CallOptions {
  /** Resolves when no summary is being made. */
  readonly whenSummarised: () => Promise<unknown>;
}

async function* renderInProcess(
  run: ImageRun,
  { set, count }: RequestedRenditions,
  { signal, whenSummarised }: RenderCall,
): AsyncGenerator<RenderedVariant> {
  const received: RenderedVariant[] = [];
  const seen = new Set<number>();
  let wake = () => {};
  let isDone = false;
  let isComplete = false;

  /** After a crash, a fresh process renders all variants again, with the same bytes. */
  function receive({ variant: index, ...rendition }: ReceivedRendition): void {
    const variant = set[index];
    if (!variant) throw new Error(`There is no variant ${index}.`);
    if (seen.has(index)) return;
    seen.add(index);
    received.push({ variant, ...rendition });
    wake();
  }

  const render = (process: EngineProcess) => process.call({ do: 'render' }, callResults.render, receive);
  const done = run.do(render, signal).finally(() => {
    isDone = true;
    wake();
  });
  // It is awaited when everything received was yielded.
  done.catch(() => {});
  try {
    while (!isDone || received.length > 0) {
      signal?.throwIfAborted();
      const next = received.shift();
      if (next) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    await done;
    if (seen.size !== count) throw new Error(`The engine rendered ${seen.size} of ${count} variants.`);
    isComplete = true;
  } finally {
    // The caller may still be busy with the renditions for long.
    if (isComplete) void whenSummarised().then(run.end);
    else run.end();
  }
}
