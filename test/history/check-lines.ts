/** Looks for lines that got lost: what a change adds must be on the base, or a later change that landed has taken it away again. */
import { gitBytes } from "../../src/runner/git/git.ts";
import type { Picks } from "./check-picks.ts";
import type { Outcome, TaskOutcome } from "./outcome.ts";
import { isSame, listTree, type Entry, type FileChange } from "./read-changes.ts";
import type { Task } from "./replay.ts";

/** One thing that is missing; `line` where it is a line. */
interface Loss {
  issue: number;
  path: string;
  what: string;
  line: string;
}

/** Files are read once: `lines` by their ids. */
interface Reading {
  dir: string;
  lines: Map<string, string[]>;
}

/**
 * After each merge all that has landed is looked at. What a merge loses that git's own pick loses as well (a rename that git only guesses,
 * for one) is a note; everything else is a fault.
 */
export async function checkLines(
  dir: string,
  { outcome, picks }: { outcome: Outcome; picks: Picks },
): Promise<{ faults: string[]; notes: string[] }> {
  const reading: Reading = { dir, lines: new Map() };
  // What a tool writes has lines of nobody.
  const generated = new Set(outcome.tasks.flatMap(({ regenerated }) => regenerated));
  const byIssue = new Map(outcome.tasks.map((one) => [one.task.issue, one]));
  const known = new Set<string>();
  const landed: Task[] = [];
  const faults: string[] = [];
  const notes: string[] = [];
  const lookAt = async (tasks: readonly Task[], tree: string): Promise<string[]> => {
    const entries = await listTree(dir, tree);
    const losses: Loss[] = [];
    for (const task of tasks) losses.push(...(await lostFrom(reading, { task, entries, landed, generated })));
    const fresh = losses.filter((loss) => !known.has(keyOf(loss)));
    for (const loss of fresh) known.add(keyOf(loss));
    return told(fresh);
  };
  for (const issue of outcome.order) {
    const one = byIssue.get(issue);
    if (!one?.merge) continue;
    landed.push(one.task);
    const lost = await lookAt(landed, one.merge.commit);
    if (picks.same.has(issue))
      notes.push(...lost.map((loss) => `${loss} (so does git's own pick of #${issue})`));
    else faults.push(...lost);
  }
  const contained = outcome.tasks.filter(isSaidToBeThere).map(({ task }) => task);
  faults.push(...(await lookAt(contained, outcome.tip)));
  return { faults, notes };
}

/** A task that has nothing left to bring says that all of it is there. */
function isSaidToBeThere({ merge, phase, reason }: TaskOutcome): boolean {
  return merge === null && phase === "parked" && reason === "unchanged";
}

function keyOf({ issue, path, what, line }: Loss): string {
  return [issue, path, what, line].join("\0");
}

/** One sentence for each file. */
function told(losses: readonly Loss[]): string[] {
  const byFile = Map.groupBy(losses, ({ issue, path, what }) => `#${issue}: ${path} ${what}`);
  return [...byFile].map(([words, [first, ...more]]) =>
    first === undefined || first.line === ""
      ? words
      : `${words} ${more.length + 1} lines, first: ${first.line.trim().slice(0, 100)}`,
  );
}

interface Place {
  task: Task;
  /** The tree where its lines must be. */
  entries: ReadonlyMap<string, Entry>;
  /** All that had come to that tree. */
  landed: readonly Task[];
  generated: ReadonlySet<string>;
}

async function lostFrom(reading: Reading, { task, entries, landed, generated }: Place): Promise<Loss[]> {
  const later = landed.filter(({ change }) => change.order > task.change.order);
  const losses: Loss[] = [];
  for (const file of task.change.files) {
    const now = entries.get(file.path) ?? null;
    if (generated.has(file.path) || isSame(now, file.after)) continue;
    const found = await lostFromFile(reading, { file, now, laterFiles: laterFilesOf(later, file.path) });
    losses.push(...found.map((loss) => ({ issue: task.issue, path: file.path, ...loss })));
  }
  return losses;
}

/** What a later change did to the same file; `isWhole`: it holds all that was done before. */
interface LaterFile {
  real: FileChange;
  isWhole: boolean;
}

function laterFilesOf(later: readonly Task[], name: string): LaterFile[] {
  return later.flatMap(({ change, files }) =>
    change.files
      .filter(({ path }) => path === name)
      .map((real) => ({ real, isWhole: files.find(({ path }) => path === name)?.isWhole ?? true })),
  );
}

async function lostFromFile(
  reading: Reading,
  { file, now, laterFiles }: { file: FileChange; now: Entry | null; laterFiles: readonly LaterFile[] },
): Promise<Pick<Loss, "what" | "line">[]> {
  const { before, after } = file;
  const whole = (what: string): Pick<Loss, "what" | "line">[] => [{ what, line: "" }];
  if (after === null) {
    const isBack = now !== null && !laterFiles.some(({ real }) => real.after !== null);
    return isBack ? whole("was deleted and is there again") : [];
  }
  if (now === null) return laterFiles.some(({ real }) => real.after === null) ? [] : whole("is not there");
  const isOtherMode = after.mode !== before?.mode && after.mode !== now.mode;
  if (isOtherMode && laterFiles.length === 0) return whole(`has mode ${now.mode} instead of ${after.mode}`);
  const there = new Set(await linesOf(reading, now));
  const missing = new Set((await added(reading, before, after)).filter((line) => !there.has(line)));
  for (const { real, isWhole } of laterFiles) {
    const takenAway = isWhole ? missing : new Set(await added(reading, real.after, real.before));
    const left = new Set(await linesOf(reading, real.after));
    for (const line of missing) if (takenAway.has(line) && !left.has(line)) missing.delete(line);
  }
  return [...missing].map((line) => ({ what: "has lost", line: line === "" ? "(an empty line)" : line }));
}

/** Lines that the second has more often than the first. */
async function added(reading: Reading, before: Entry | null, after: Entry | null): Promise<string[]> {
  const counts = new Map<string, number>();
  for (const line of await linesOf(reading, before)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return (await linesOf(reading, after)).filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}

/** As bytes, without the ends of lines that git's own files have. */
async function linesOf({ dir, lines }: Reading, entry: Entry | null): Promise<string[]> {
  if (entry === null) return [];
  const known = lines.get(entry.oid);
  if (known !== undefined) return known;
  const read = (await gitBytes(["cat-file", "blob", entry.oid], { dir })).toString("latin1").split("\n");
  lines.set(entry.oid, read);
  return read;
}
