/** What a source says about its origin: Unicode texts of at most 256 characters, and an IPTC code. */
export interface Marks {
  readonly artist?: string;
  readonly copyright?: string;
  readonly credit?: string;
  /** A URL of the IPTC's list: https://cv.iptc.org/newscodes/digitalsourcetype */
  readonly digitalSourceType?: string;
}

/** Names of the properties: https://www.iptc.org/std/photometadata/specification/IPTC-PhotoMetadata */
export const xmpNames = {
  artist: { uri: 'http://purl.org/dc/elements/1.1/', local: 'creator' },
  copyright: { uri: 'http://purl.org/dc/elements/1.1/', local: 'rights' },
  credit: { uri: 'http://ns.adobe.com/photoshop/1.0/', local: 'Credit' },
  digitalSourceType: { uri: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/', local: 'DigitalSourceType' },
} as const satisfies Record<keyof Marks, XmlName>;

export interface XmlName {
  readonly uri: string;
  readonly local: string;
}
