import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Reports the first failed export of an outage, and the first success after it: one line each, however long it takes. */
export function reportTrouble(
  exporter: SpanExporter,
  onTrouble: (error: Error) => void,
  onRecovery: () => void,
): SpanExporter {
  let isFailing = false;

  function note({ code, error }: ExportResult): void {
    const failed = code !== ExportResultCode.SUCCESS;
    if (failed && !isFailing) onTrouble(error ?? new Error('The receiver refused the spans.'));
    if (!failed && isFailing) onRecovery();
    isFailing = failed;
  }

  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        note(result);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}
