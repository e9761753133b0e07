/** Looks for lines that got lost: what a change adds must be on the base, or a later change that landed has taken it away again. */
import { gitBytes } from "../../src/runner/git.ts";
import type { Outcome, TaskOutcome } from "./outcome.ts";
import { isSame, listTree, type Entry, type FileChange } from "./read-changes.ts";
import type { Task } from "./replay.ts";

/** Right after each merge, and at the end of all: also what found nothing left to bring counts there. */
export async function checkLines(dir: string, outcome: Outcome): Promise<string[]> {
  const faults: string[] = [];
  const landed: Task[] = [];
  const generated = new Set(outcome.tasks.flatMap(({ regenerated }) => regenerated));
  const byIssue = new Map(outcome.tasks.map((one) => [one.task.issue, one]));
  for (const issue of outcome.order) {
    const one = byIssue.get(issue);
    if (!one?.merge) continue;
    landed.push(one.task);
    faults.push(...(await lostFrom(dir, { task: one.task, tree: one.merge.commit, landed, generated })));
  }
  const known = new Set(faults);
  for (const one of outcome.tasks.filter(isOnBase))
    faults.push(
      ...(await lostFrom(dir, { task: one.task, tree: outcome.tip, landed, generated })).filter(
        (fault) => !known.has(fault),
      ),
    );
  return faults;
}

/** A task that has nothing left to bring says that all of it is there. */
function isOnBase({ merge, phase, reason }: TaskOutcome): boolean {
  return merge !== null || (phase === "parked" && reason === "unchanged");
}

interface Place {
  task: Task;
  /** Where its lines must be. */
  tree: string;
  /** All that had come to that tree. */
  landed: readonly Task[];
  /** What a tool writes has lines of nobody. */
  generated: ReadonlySet<string>;
}

async function lostFrom(dir: string, { task, tree, landed, generated }: Place): Promise<string[]> {
  const entries = await listTree(dir, tree);
  const later = landed.filter(({ change }) => change.order > task.change.order);
  const faults: string[] = [];
  for (const file of task.change.files) {
    if (generated.has(file.path)) continue;
    const now = entries.get(file.path) ?? null;
    if (isSame(now, file.after)) continue;
    const others = later.filter(({ change }) => change.files.some(({ path }) => path === file.path));
    const lost = await lostFromFile(dir, { file, now, others });
    if (lost !== null) faults.push(`#${task.issue}: ${file.path} ${lost}`);
  }
  return faults;
}

/** null: nothing is lost. */
async function lostFromFile(
  dir: string,
  { file, now, others }: { file: FileChange; now: Entry | null; others: readonly Task[] },
): Promise<string | null> {
  const { before, after } = file;
  const laterFiles = others.flatMap(({ change, files }) =>
    change.files
      .filter(({ path }) => path === file.path)
      .map((real) => ({ real, isWhole: files.find(({ path }) => path === file.path)?.isWhole ?? true })),
  );
  if (after === null) {
    const isBack = now !== null && !laterFiles.some(({ real }) => real.after !== null);
    return isBack ? "was deleted and is there again" : null;
  }
  if (now === null) return laterFiles.some(({ real }) => real.after === null) ? null : "is not there";
  const isOtherMode = after.mode !== before?.mode && after.mode !== now.mode;
  if (isOtherMode && laterFiles.length === 0) return `has mode ${now.mode} instead of ${after.mode}`;
  const there = new Set(await linesOf(dir, now));
  const missing = new Set((await added(dir, before, after)).filter((line) => !there.has(line)));
  for (const { real, isWhole } of laterFiles) {
    const takenAway = isWhole ? missing : new Set(await added(dir, real.after, real.before));
    const left = new Set(await linesOf(dir, real.after));
    for (const line of missing) if (takenAway.has(line) && !left.has(line)) missing.delete(line);
  }
  const [first] = missing;
  return first === undefined ? null : `has lost ${missing.size} lines, first: ${first.trim().slice(0, 100)}`;
}

/** Lines that the second has more often than the first. */
async function added(dir: string, before: Entry | null, after: Entry | null): Promise<string[]> {
  const counts = new Map<string, number>();
  for (const line of await linesOf(dir, before)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return (await linesOf(dir, after)).filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}

/** As bytes, without the ends of lines that git's own files have. */
async function linesOf(dir: string, entry: Entry | null): Promise<string[]> {
  if (entry === null) return [];
  return (await gitBytes(["cat-file", "blob", entry.oid], { dir })).toString("latin1").split("\n");
}
