/** Whether the text fits a pattern in which `*` stands for any characters, and `?` for one where that is allowed. */
export function matchesWildcard(pattern: string, text: string, options: { questionMark: boolean }): boolean {
  // Not by regular expression: many stars make its backtracking exponential.
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (pattern[p] === text[t] || (options.questionMark && pattern[p] === '?')) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
