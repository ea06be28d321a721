import { parse, type Tags } from 'yaml';
import { buildTemplate } from '../cloudfront/build-template.ts';
import type { Template } from './template-errors.ts';

const functions = ['Ref', 'Sub', 'GetAtt', 'If', 'Not', 'Equals', 'Join'];
const nameOf = (name: string) => (name === 'Ref' ? name : `Fn::${name}`);

const customTags = functions.flatMap((name) => [
  { tag: `!${name}`, resolve: (value: string) => ({ [nameOf(name)]: value }) },
  {
    tag: `!${name}`,
    collection: 'seq' as const,
    resolve: (value: { toJSON(): unknown }) => ({ [nameOf(name)]: value.toJSON() }),
  },
]) as unknown as Tags;

/** The template as it is deployed, with `!Sub` and the like in their long form. */
export const readTemplate = async (): Promise<Template> => parse(await buildTemplate(), { customTags });
