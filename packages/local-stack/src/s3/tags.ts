import { S3Error } from './errors.ts';
import type { Tag } from './store/object-version.ts';
import { childElements, childText, parseXml, type XmlElement } from './xml.ts';

const tagsMax = 10;

/** From the header `x-amz-tagging`, written as a query string. */
export function parseTagHeader(header: string | undefined): Tag[] {
  return checkTags([...new URLSearchParams(header ?? '')].map(([key, value]) => ({ key, value })));
}

export function parseTagXml(xml: string): Tag[] {
  const tagging = parseXml(xml, 'Tagging');
  const tags = childElements(tagging, 'TagSet').flatMap((set) => childElements(set, 'Tag'));
  return checkTags(tags.map((tag) => ({ key: childText(tag, 'Key') ?? '', value: childText(tag, 'Value') ?? '' })));
}

export function tagSetXml(tags: readonly Tag[]): XmlElement {
  return { TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) } };
}

function checkTags(tags: Tag[]): Tag[] {
  const keys = new Set(tags.map((tag) => tag.key));
  const sizesHold = tags.every(({ key, value }) => key.length > 0 && key.length <= 128 && value.length <= 256);
  if (tags.length > tagsMax || keys.size !== tags.length || !sizesHold) throw new S3Error('InvalidTag');
  return tags;
}
