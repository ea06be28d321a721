import type { XmlName } from '../marks/marks.ts';
import { readXmpValues } from '../marks/read-xmp.ts';
import type { XmpParts } from '../marks/write-xmp.ts';

interface Property {
  readonly local: string;
  /** The value of a missing one. */
  readonly missing?: number;
}

/** Gains and capacities are binary logarithms: https://developer.android.com/media/platform/hdr-image-format */
const properties = {
  gainMin: { local: 'GainMapMin', missing: 0 },
  gainMax: { local: 'GainMapMax' },
  gamma: { local: 'Gamma', missing: 1 },
  offsetStandard: { local: 'OffsetSDR', missing: 1 / 64 },
  offsetHdr: { local: 'OffsetHDR', missing: 1 / 64 },
  capacityMin: { local: 'HDRCapacityMin', missing: 0 },
  capacityMax: { local: 'HDRCapacityMax' },
} as const satisfies Record<string, Property>;

type PropertyName = keyof typeof properties;

/** What the levels of a gain map mean: one value for all channels, or one for each. */
export type GainMapping = Readonly<Record<PropertyName, readonly number[]>>;

export const HDRGM = 'http://ns.adobe.com/hdr-gain-map/1.0/';
export const MAPPING_VERSION = '1.0';

const named = (local: string): XmlName => ({ uri: HDRGM, local });
const names = {
  version: named('Version'),
  baseIsHdr: named('BaseRenditionIsHDR'),
  ...(Object.fromEntries(
    Object.entries(properties).map(([name, { local }]) => [name, named(local)]),
  ) as unknown as Record<PropertyName, XmlName>),
};

/** No real map has larger values: 2 to the power of 64. */
const VALUE_MAX = 64;

/** @returns undefined for a packet that is not of a gain map over a standard picture, or has values that no map can have */
export function readGainMapping(packet: Uint8Array): GainMapping | undefined {
  const found = readXmpValues(packet, names);
  const textsOf = (name: keyof typeof names) => found.get(name)?.map(({ text }) => text.trim()) ?? [];
  if (textsOf('version').join() !== MAPPING_VERSION || /^true$/i.test(textsOf('baseIsHdr').join())) return undefined;
  const numbersOf = (name: PropertyName): number[] => {
    const { missing }: Property = properties[name];
    const texts = textsOf(name);
    return texts.length === 0 && missing !== undefined ? [missing] : texts.map(toNumber);
  };
  const mapping = Object.fromEntries(
    (Object.keys(properties) as PropertyName[]).map((name) => [name, numbersOf(name)]),
  ) as unknown as GainMapping;
  return isPossible(mapping) ? mapping : undefined;
}

const toNumber = (text: string) => (text === '' ? Number.NaN : Number(text));

function isPossible(mapping: GainMapping): boolean {
  const { gainMin, gainMax, gamma, capacityMin, capacityMax } = mapping;
  const areNumbers = Object.values(mapping).every(
    (values) => [1, 3].includes(values.length) && values.every((value) => Math.abs(value) <= VALUE_MAX),
  );
  const channels = [0, 1, 2];
  return (
    areNumbers &&
    gamma.every((value) => value > 0) &&
    channels.every((channel) => inChannel(gainMax, channel) >= inChannel(gainMin, channel)) &&
    channels.every((channel) => inChannel(capacityMax, channel) > inChannel(capacityMin, channel))
  );
}

const inChannel = (values: readonly number[], channel: number) => values[channel] ?? (values[0] as number);

/** The level of each channel, of 255, that leaves the standard picture as it is. */
export function levelsWithoutGain({ gainMin, gainMax, gamma }: GainMapping): readonly number[] {
  return [0, 1, 2].map((channel) => {
    const [least, most] = [inChannel(gainMin, channel), inChannel(gainMax, channel)];
    if (most === least) return 0;
    const share = Math.min(1, Math.max(0, -least / (most - least)));
    return Math.round(255 * share ** inChannel(gamma, channel));
  });
}

/** The mapping as the XMP of a gain map, written anew. */
export function gainMappingXmp(mapping: GainMapping): XmpParts {
  const written = (Object.keys(properties) as PropertyName[]).map((name) => {
    const { local } = properties[name];
    const [first = '', ...others] = mapping[name].map((value) => numeral(value));
    if (others.length === 0) return { attribute: ` hdrgm:${local}="${first}"`, element: '' };
    const items = [first, ...others].map((text) => `<rdf:li>${text}</rdf:li>`).join('');
    return { attribute: '', element: `<hdrgm:${local}><rdf:Seq>${items}</rdf:Seq></hdrgm:${local}>` };
  });
  const attributes = written.map(({ attribute }) => attribute).join('');
  return {
    namespaces: { hdrgm: HDRGM },
    attributes: ` hdrgm:Version="${MAPPING_VERSION}"${attributes} hdrgm:BaseRenditionIsHDR="False"`,
    properties: written.map(({ element }) => element).join(''),
  };
}

/** Without an exponent. */
const numeral = (value: number) => String(Number(value.toFixed(6)));
