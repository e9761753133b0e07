/** Where the lines of a conversation are at a pull request's head: pushes move them, or make it outdated. */
import { gitText } from "./git/run.ts";
import type { Pull, ReviewThread } from "./model/pulls.ts";
import type { Repository } from "./model/world.ts";

/** null: a later commit changed or removed one of them. Lines of the old side stay where they are. */
export async function linesAt(
  repository: Repository,
  { headSha }: Pull,
  { path, side, line, startLine, comments }: ReviewThread,
): Promise<{ line: number; startLine: number | null } | null> {
  const commit = comments[0]?.commit ?? headSha;
  if (commit === headSha || side === "LEFT") return { line, startLine };
  const diff = await gitText(repository.directory, [
    "diff",
    "--unified=0",
    "--no-ext-diff",
    "--no-color",
    commit,
    headSha,
    "--",
    `:(literal)${path}`,
  ]);
  const first = startLine ?? line;
  let shift = 0;
  for (const match of diff.matchAll(/^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/gm)) {
    const [, start = "0", removed = "1", added = "1"] = match;
    const from = Number(start) + (Number(removed) === 0 ? 1 : 0);
    const to = Number(start) + Math.max(0, Number(removed) - 1);
    if (from > line) break;
    if (Number(removed) > 0 && to >= first) return null;
    shift += Number(added) - Number(removed);
  }
  return { line: line + shift, startLine: startLine === null ? null : startLine + shift };
}
