import { z } from 'zod';

export interface Setting {
  readonly name: string;
  readonly isRequired: boolean;
  /** As written in the environment; undefined if there is no default. */
  readonly fallback: string | undefined;
  readonly description: string | undefined;
}

/** The environment variables of a program, from its schema. */
export function settingsOf(schema: z.ZodObject): Setting[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, field]) => {
    const { default: fallback, description } = field as { default?: unknown; description?: string };
    return {
      name,
      isRequired: required.includes(name),
      fallback: fallback === undefined ? undefined : String(fallback),
      description,
    };
  });
}
