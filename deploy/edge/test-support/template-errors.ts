import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

// biome-ignore lint/suspicious/noExplicitAny: the records of AWS's resource specification
type Definition = any;

const spec = loadAwsServiceSpecSync();

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
}

// biome-ignore lint/suspicious/noExplicitAny: a template of any resource
export type Properties = Readonly<Record<string, any>>;

/** The errors of a CloudFormation template under AWS's own resource specification: unknown, missing and mistyped properties. */
export function templateErrors({ Resources }: Template): string[] {
  return Object.entries(Resources).flatMap(([name, { Type, Properties }]) => {
    const [resource] = spec.lookup('resource', 'cloudFormationType', 'equals', Type);
    return resource ? propertyErrors(name, resource.properties, Properties) : [`${name}: unknown type ${Type}`];
  });
}

function propertyErrors(path: string, known: Definition, given: Properties): string[] {
  const unknown = Object.keys(given).filter((name) => !(name in known));
  const missing = Object.keys(known).filter((name) => known[name].required && !(name in given));
  return [
    ...unknown.map((name) => `${path}: unknown property ${name}`),
    ...missing.map((name) => `${path}: missing property ${name}`),
    ...Object.entries(given).flatMap(([name, value]) =>
      name in known ? valueErrors(`${path}.${name}`, known[name].type, value) : [],
    ),
  ];
}

function valueErrors(path: string, type: Definition, value: unknown): string[] {
  if (isFunctionCall(value)) return [];
  switch (type.type) {
    case 'ref': {
      const definition = spec.get('typeDefinition', type.reference.$ref);
      return isObject(value) ? propertyErrors(path, definition.properties, value) : [`${path}: must be an object`];
    }
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => valueErrors(`${path}.${index}`, type.element, item))
        : [`${path}: must be a list`];
    case 'union': {
      const errors = type.types.map((one: Definition) => valueErrors(path, one, value));
      return errors.some((list: string[]) => list.length === 0) ? [] : errors[0];
    }
    case 'string':
    case 'boolean':
      return typeof value === type.type ? [] : [`${path}: must be a ${type.type}`];
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : [`${path}: must be a number`];
    default:
      return [];
  }
}

const isObject = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `!Ref`, `!Sub` and the like, whose value is known when the stack is created. */
const isFunctionCall = (value: unknown) =>
  isObject(value) && Object.keys(value).length === 1 && /^(Ref|Fn::\w+)$/.test(Object.keys(value)[0] ?? '');
