import { z } from 'zod';

/** The names that OpenTelemetry's specification gives to its samplers. */
export const SamplerName = z.enum([
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
]);
export type SamplerName = z.infer<typeof SamplerName>;

/**
 * The environment variables of tracing; their names and meanings are OpenTelemetry's
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). The exporter reads further ones itself.
 */
export const tracingEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .optional()
    .describe(
      'base URL of the OTLP receiver that gets the traces, such as `http://collector:4318`; no tracing if not set',
    ),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .optional()
    .describe('headers for the receiver, such as `authorization=Bearer%20token`; values are percent-encoded'),
  OTEL_TRACES_SAMPLER: SamplerName.default('parentbased_always_on').describe(
    'which traces are recorded; `parentbased_traceidratio` records a share of them, and those that the caller records',
  ),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .prefault('1')
    .describe('the share of the traces that `traceidratio` and `parentbased_traceidratio` record'),
  OTEL_RESOURCE_ATTRIBUTES: z
    .string()
    .optional()
    .describe('attributes of all spans of the process, such as `deployment.environment.name=production`'),
};

export interface TracingEnv {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_TRACES_SAMPLER: SamplerName;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}
