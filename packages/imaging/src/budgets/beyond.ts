/**
 * Takes sizes of parts of a file that may overlap: a decoder reads each of them.
 *
 * @returns a function that returns how much of a part is beyond what the file has, with the parts before it
 */
export function beyond(fileBytes: number): (bytes: number) => number {
  let left = fileBytes;
  return (bytes) => {
    const excess = Math.max(0, bytes - left);
    left = Math.max(0, left - bytes);
    return excess;
  };
}
