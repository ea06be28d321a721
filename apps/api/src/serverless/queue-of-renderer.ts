import type { z } from 'zod';

interface RendererSettings {
  readonly RENDERER: 'workers' | 'lambda';
  readonly RENDER_QUEUE_URL?: string | undefined;
  readonly UPLOAD_EVENTS_QUEUE_URL?: string | undefined;
}

/** For the schema of the API: the Lambda renderer has one queue, and it gets the bucket's events itself. */
export function queueOfRenderer(env: RendererSettings, context: z.RefinementCtx): void {
  const refuse = (name: keyof RendererSettings, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (env.RENDERER === 'lambda') {
    if (env.RENDER_QUEUE_URL === undefined) refuse('RENDER_QUEUE_URL', 'is required with RENDERER=lambda');
    if (env.UPLOAD_EVENTS_QUEUE_URL !== undefined) {
      refuse('UPLOAD_EVENTS_QUEUE_URL', "must not be set with RENDERER=lambda: the bucket's events start the renderer");
    }
  } else if (env.RENDER_QUEUE_URL !== undefined) refuse('RENDER_QUEUE_URL', 'has no effect without RENDERER=lambda');
}
