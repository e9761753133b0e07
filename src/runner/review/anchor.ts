/** Finds where in a pull request's diff a comment on cited lines can stand. */
import type { Finding } from "../../domain/finding.ts";
import type { FileDiff } from "../git/diff.ts";

/** GitHub shows no diff of a file beyond these, so nothing can be anchored in it. */
const MAX_LINES = 20_000;
const MAX_CHARACTERS = 500_000;

/** Lines of the new side, 1-based, both ends shown. */
interface Stretch {
  first: number;
  last: number;
}

/** By path the stretches of the new side that the diff shows; of what GitHub leaves out there are none. */
export function shownStretches(files: readonly FileDiff[]): Map<string, Stretch[]> {
  return new Map(files.map((file) => [file.path, isShown(file) ? file.hunks.flatMap(newSide) : []]));
}

/** The part of the cited lines that lies in the first hunk which shows any of them: GitHub wants both ends of a comment in one. */
export function anchorOf(
  { line, end_line }: Pick<Finding, "line" | "end_line">,
  stretches: readonly Stretch[],
): Finding["anchor"] {
  if (line === null) return null;
  const end = Math.max(line, end_line ?? line);
  const shown = stretches.find(({ first, last }) => first <= end && last >= line);
  if (shown === undefined) return null;
  const from = Math.max(line, shown.first);
  const to = Math.min(end, shown.last);
  return { line: to, start_line: from === to ? null : from };
}

function newSide({ after, lines }: FileDiff["hunks"][number]): Stretch[] {
  const count = lines.filter((line) => line.startsWith("+") || line.startsWith(" ")).length;
  return count === 0 ? [] : [{ first: after, last: after + count - 1 }];
}

function isShown({ hunks }: FileDiff): boolean {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const characters = lines.reduce((sum, line) => sum + line.length + 1, 0);
  return lines.length <= MAX_LINES && characters <= MAX_CHARACTERS;
}
