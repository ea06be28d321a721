import { type FinishedManifest, type Moderation, rejectedManifest, type Subject } from '@imagemill/manifests';
import type { Postponed, RenderContext } from '@imagemill/queue';
import type { RenderImage, RenderProgress } from '@imagemill/records';
import { warningsOf } from '@imagemill/report';
import type { ObjectFacts } from '@imagemill/storage';
import { type CategorySpec, uploadEntries } from '@imagemill/variants';
import { isRejection } from '../import/import-original.ts';
import type { HeavyRun } from '../slots/heavy-slots.ts';
import { PostponedError } from './errors.ts';
import { inspectOriginal } from './inspect-original.ts';
import { judge, withheld } from './judge.ts';
import { renderOriginal } from './render-original.ts';
import type { RenderServices } from './render-services.ts';
import { createStopwatch } from './stopwatch.ts';

interface Rendering {
  readonly image: RenderImage;
  /** The original, if it exists yet. */
  readonly uploaded: ObjectFacts | undefined;
  readonly category: CategorySpec;
  /** An earlier verdict on this original. */
  readonly allowed: Moderation | undefined;
}

interface Finished {
  readonly outcome: 'finished';
  readonly manifest: FinishedManifest;
}

type Made = Finished | { readonly outcome: 'no-original' } | Postponed;

/** All steps from the original to its manifest. An image that cannot be rendered gets a manifest too. */
export async function makeManifest(
  services: RenderServices,
  rendering: Rendering,
  context: RenderContext,
): Promise<Made> {
  const heavy = services.heavySlots.begin(rendering.image);
  let hasFinished = false;
  try {
    const made = await makeInSlot(services, rendering, { ...context, heavy });
    hasFinished = made.outcome === 'finished';
    return made;
  } catch (error) {
    if (error instanceof PostponedError) return error.postponed;
    throw error;
  } finally {
    heavy.end(hasFinished);
  }
}

type SlotContext = RenderContext & { readonly heavy: HeavyRun };

async function makeInSlot(services: RenderServices, rendering: Rendering, context: SlotContext): Promise<Made> {
  const { image, uploaded, category } = rendering;
  const { heavy, signal } = context;
  const watch = createStopwatch();
  const noted: Subject = { image, facts: uploaded, attempts: context.attemptsMade + 1 };
  const found = uploaded
    ? imported(uploaded)
    : await orRejected(noted, () => watch.time('import', () => importOf(services, image, context)));
  if (found.outcome !== 'imported') return found;
  const { facts } = found;
  if (!facts) return { outcome: 'no-original' };
  const stillBusy = heavy.resume();
  if (stillBusy) return stillBusy;
  const subject = { ...noted, facts };
  services.logger.info({ imageId: image.imageId, attempt: subject.attempts }, 'image started');
  return orRejected(subject, async () => {
    const inspected = await inspectOriginal(services, { image, facts, category }, { heavy, watch, signal });
    if (inspected.outcome === 'postponed') return inspected;
    const busy = heavy.take(inspected.lane);
    if (busy) return busy;
    const { original, source } = inspected;
    const known = {
      source: { ...source, sha256: original.sha256 },
      warnings: warningsOf({ source, set: category.set }),
    };
    return judgeAndRender(services, rendering, { ...context, subject: { ...subject, ...known }, inspected, watch });
  });
}

interface Inspection extends SlotContext {
  readonly subject: Subject;
  readonly inspected: Exclude<Awaited<ReturnType<typeof inspectOriginal>>, Postponed>;
  readonly watch: ReturnType<typeof createStopwatch>;
}

async function judgeAndRender(
  services: RenderServices,
  { image, category, allowed }: Rendering,
  { subject, inspected, watch, heavy, signal, reportProgress }: Inspection,
): Promise<Made> {
  const { original, source } = inspected;
  const { revision, visibility, isModerated, set } = category;
  const total = uploadEntries(set).length;
  const report = (done: RenderProgress['done']) => reportProgress({ revision, visibility, total, source, done });
  // Not awaited before the decode: one that follows at once stays in the engine process of its inspection.
  return besideReport(report([]), async (reported) => {
    const judged = { image, source, ...original };
    const judgement = await judge(services.moderator, { isModerated, earlier: allowed }, judged, signal);
    if (judgement?.outcome === 'postponed') return judgement;
    const kept = judgement && withheld(subject, judgement);
    if (kept) return finished(kept);
    const mayBeSeen = { ...subject, moderation: judgement?.moderation };
    return orRejected(mayBeSeen, async () => {
      async function onPublished(published: Readonly<RenderProgress['done']>) {
        const done = [...published];
        await reported;
        await report(done);
      }
      const work = { subject: mayBeSeen, category, original, source };
      return finished(await renderOriginal(services, work, { watch, heavy, onPublished, signal }));
    });
  });
}

/** The image's file, URL or server may be at fault, which finishes it: it gets a manifest with the reason. */
async function orRejected<T>(subject: Subject, work: () => Promise<T>): Promise<T | Finished> {
  try {
    return await work();
  } catch (error) {
    if (!isRejection(error)) throw error;
    return finished(rejectedManifest(subject, error));
  }
}

/** A report that arrived after the run would replace the progress of the next one: both have ended when this returns. */
async function besideReport<T>(report: Promise<void>, work: (reported: Promise<void>) => Promise<T>): Promise<T> {
  const [made, reported] = await Promise.allSettled([work(report), report]);
  if (made.status === 'rejected') throw made.reason;
  if (reported.status === 'rejected') throw reported.reason;
  return made.value;
}

const finished = (manifest: FinishedManifest): Finished => ({ outcome: 'finished', manifest });
const imported = (facts: ObjectFacts | undefined) => ({ outcome: 'imported', facts }) as const;

const importOf = async ({ importOriginal }: RenderServices, image: RenderImage, context: RenderContext) =>
  image.importUrl === undefined
    ? imported(undefined)
    : importOriginal({ ...image, importUrl: image.importUrl }, context);
