/** Finds the known word that somebody probably meant. */

/** The candidate at an edit distance of at most two, the nearest first; null: none is that near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate) }))
    .filter(({ candidate, edits }) => edits <= 2 && edits < candidate.length)
    .toSorted((one, other) => one.edits - other.edits);
  return best?.candidate ?? null;
}

/** Edits (insert, drop, change, swap of neighbours) from one word to another. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= from.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const change = cell(row - 1, column - 1) + (isSame ? 0 : 1);
      const swap = isSwap ? cell(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[row]?.push(Math.min(cell(row - 1, column) + 1, cell(row, column - 1) + 1, change, swap));
    }
  }
  return cell(from.length, to.length);
}
