/** Takes a shell command out of the command line that started the shell: `/bin/bash -lc 'ls | wc'` is `ls | wc`. */

/** A command line of another form is given back as it is. */
export function shellText(line: string): string {
  const words = wordsOf(line);
  const [program = "", option = "", text] = words;
  const isShell = /(?:^|\/)(?:ba|da|z|)sh$/.test(program) && /^-l?c$/.test(option);
  return isShell && text !== undefined && words.length === 3 ? text : line;
}

/** One piece of a word: single quotes keep all, in double quotes and outside a backslash frees the next character. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)/y;

function wordsOf(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    const [gap = ""] = /^\s*/.exec(line.slice(at)) ?? [];
    at += gap.length;
    let word: string | null = null;
    for (;;) {
      PIECE.lastIndex = at;
      const piece = PIECE.exec(line);
      if (piece === null) break;
      const [whole, single, double, freed, plain] = piece;
      word = (word ?? "") + (single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? freed ?? plain ?? "");
      at += whole.length;
    }
    if (word !== null) words.push(word);
    else if (at < line.length) return [line];
  }
  return words;
}
