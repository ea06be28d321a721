import { type Format, fileExtensions } from '@imagemill/variants';

const REVISION = /^[0-9a-f]{12}$/;
const formats = Object.keys(fileExtensions) as Format[];

export const isRevision = (text: string) => REVISION.test(text);

/** `jpg`, not `jpeg`: the extension that keys have. */
export const formatOfExtension = (extension: string | undefined) =>
  formats.find((each) => fileExtensions[each] === extension);
