/** Letters of five by seven blocks: the fonts of machines differ, and some have none. */
const letters: Readonly<Record<string, readonly string[]>> = {
  A: [' ### ', '#   #', '#   #', '#####', '#   #', '#   #', '#   #'],
  E: ['#####', '#    ', '#    ', '#### ', '#    ', '#    ', '#####'],
  F: ['#####', '#    ', '#    ', '#### ', '#    ', '#    ', '#    '],
  L: ['#    ', '#    ', '#    ', '#    ', '#    ', '#    ', '#####'],
  N: ['#   #', '##  #', '# # #', '# # #', '#  ##', '#   #', '#   #'],
  O: [' ### ', '#   #', '#   #', '#   #', '#   #', '#   #', ' ### '],
  S: [' ####', '#    ', '#    ', ' ### ', '    #', '    #', '#### '],
  W: ['#   #', '#   #', '#   #', '# # #', '# # #', '## ##', '#   #'],
  '%': ['##  #', '##  #', '   # ', '  #  ', ' #   ', '#  ##', '#  ##'],
};
const [COLUMNS, ROWS, GAP] = [5, 7, 1];

/** Of a text, in heights of its letters. */
export const shareOfHeight = (text: string) => (text.length * (COLUMNS + GAP) - GAP) / ROWS;

/** A path of SVG with a text, in capitals, whose top left corner is at the origin. */
export function blockLetters(text: string, height: number): string {
  const block = height / ROWS;
  const at = (letter: number, column: number, row: number) =>
    `M${(letter * (COLUMNS + GAP) + column) * block} ${row * block}h${block}v${block}h${-block}z`;
  return [...text]
    .flatMap((letter, index) =>
      (letters[letter] ?? []).flatMap((row, y) =>
        [...row].flatMap((pixel, x) => (pixel === '#' ? [at(index, x, y)] : [])),
      ),
    )
    .join('');
}
