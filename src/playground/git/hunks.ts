/** Finds a line of a file in its patch: only such lines can be commented on in a review. */

export type Side = "LEFT" | "RIGHT";

/**
 * The part of the patch from its hunk's header down to the line, which GitHub shows above a comment; null when the line is not in
 * the diff. `RIGHT` counts lines of the new file (added and unchanged), `LEFT` those of the old one.
 */
export function hunkAt(patch: string, side: Side, line: number): string | null {
  let shown: string[] = [];
  let left = 0;
  let right = 0;
  for (const text of patch.split("\n")) {
    const header = /^@@ -(?<left>\d+)(?:,\d+)? \+(?<right>\d+)(?:,\d+)? @@/.exec(text)?.groups;
    if (header) {
      shown = [text];
      left = Number(header["left"]);
      right = Number(header["right"]);
      continue;
    }
    shown.push(text);
    const isLeft = text.startsWith("-") || text.startsWith(" ");
    const isRight = text.startsWith("+") || text.startsWith(" ");
    if (side === "LEFT" ? isLeft && left === line : isRight && right === line) return shown.join("\n");
    if (isLeft) left += 1;
    if (isRight) right += 1;
  }
  return null;
}
