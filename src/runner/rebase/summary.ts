/** The sentences in which a rebase says what it did. */
import type { Conflict } from "../../domain/report.ts";
import type { Rebasing } from "./rebasing.ts";

const MAX_NAMED = 5;

/** `commits`: how many lie on the base now. */
export function summaryOf(
  { attempt, base, by, dropped, conflicts }: Rebasing,
  { way, commits }: { way: "pick" | "merge"; commits: number },
): string {
  const place = `${attempt.job.start.base_branch} at ${base.slice(0, 7)}`;
  const done =
    way === "pick" ? `${counted(commits, "commit")} put on ${place}` : `${place} merged into the branch`;
  const parts = by === "git" ? [`${done} by git alone`] : [done];
  const written = namesOf(conflicts, "regeneration");
  if (written !== "") parts.push(`${written} written anew by its own tool`);
  const settled = conflicts.filter((conflict) => conflict.by === "agent").length;
  if (settled > 0)
    parts.push(`the agent settled ${counted(settled, "conflict")} in ${namesOf(conflicts, "agent")}`);
  else if (by === "agent") parts.push("the agent made it fit");
  const left =
    dropped.length === 0
      ? ""
      : ` ${counted(dropped.length, "commit")} of it ${dropped.length === 1 ? "was" : "were"} there already.`;
  return `${parts.join("; ")}.${left}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function namesOf(conflicts: readonly Conflict[], by: Conflict["by"]): string {
  const paths = conflicts.filter((conflict) => conflict.by === by).map(({ path }) => path);
  const more = paths.length > MAX_NAMED ? [`${paths.length - MAX_NAMED} more`] : [];
  return [...paths.slice(0, MAX_NAMED), ...more].join(", ");
}
