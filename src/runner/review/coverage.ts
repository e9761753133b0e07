/** Says of every changed file whether a review has seen it, and if not, why. */
import type { Coverage } from "../../domain/finding.ts";
import type { FileDiff } from "../git/diff.ts";
import type { DiffPart, PartedDiff } from "./diff-parts.ts";

/** `unanswered`: why each part that got no answer got none. */
export function coverageOf(
  files: readonly FileDiff[],
  { left }: PartedDiff,
  unanswered: ReadonlyMap<DiffPart, string>,
): Coverage[] {
  const covered = files.map((file) => {
    const { path } = file;
    const missed = [...unanswered].find(([part]) => part.paths.has(path))?.[1];
    const why = left.get(path) ?? (missed === undefined ? undefined : `its part was not answered: ${missed}`);
    if (why !== undefined) return { path, seen: false, why };
    return { path, seen: true, why: nameOnly(file) };
  });
  // A file that became a link is in the diff twice, under one path.
  return [...new Map(covered.map((one) => [one.path, one])).values()];
}

/** What there is to see of a file of which git shows no lines. */
function nameOnly({ binary, hunks, status }: FileDiff): string | null {
  if (binary) return "binary: only its name and size were seen";
  if (hunks.length > 0) return null;
  if (status === "renamed" || status === "copied") return `${status} without a change`;
  return status === "modified" ? "only its mode was changed" : "it has no lines";
}
