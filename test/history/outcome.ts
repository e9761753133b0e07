/** What became of each task: read from the base, the records and the receipts in the playground's repository. */
import type { Stage } from "../../src/cli/demo/stage.ts";
import { taskRef } from "../../src/domain/names.ts";
import { Receipt } from "../../src/domain/receipt.ts";
import type { Record } from "../../src/domain/record.ts";
import { git, tryGit } from "../../src/runner/git/git.ts";
import type { Task } from "./replay.ts";

/** What it took to land a task at most; `none`: it was merged as it was. */
export type By = "none" | "git" | "regeneration" | "agent";

export interface TaskOutcome {
  task: Task;
  /** As the record says; `unknown` where there is none. */
  phase: string;
  reason: string;
  /** Its commit on the base, and the base before it; null: it did not land. */
  merge: { commit: string; before: string } | null;
  by: By;
  rebases: number;
  /** Files that a tool wrote anew. */
  regenerated: string[];
  /** Attempts by kind. */
  attempts: { [kind: string]: number };
}

export interface Outcome {
  tasks: TaskOutcome[];
  /** Issues in the order in which they came to the base. */
  order: number[];
  /** The base's tip. */
  tip: string;
  faults: string[];
}

export async function readOutcome(
  { repository }: Stage,
  { tasks, records, start }: { tasks: readonly Task[]; records: ReadonlyMap<number, Record>; start: string },
): Promise<Outcome> {
  const dir = repository.directory;
  const tip = (await git(["rev-parse", "refs/heads/main"], { dir })).trim();
  const listing = await git(["rev-list", "--reverse", "--first-parent", "--parents", `${start}..${tip}`], {
    dir,
  });
  const commits = listing.split("\n").filter((line) => line !== "");
  const merges = new Map<number, { commit: string; before: string }>();
  const faults: string[] = [];
  for (const [commit = "", before = ""] of commits.map((line) => line.split(" "))) {
    const pull = [...repository.issues.values()].find((issue) => issue.pull?.mergeCommitSha === commit)?.pull;
    const issue = [...records.values()].find(({ branch }) => branch === pull?.headRef)?.issue;
    if (issue === undefined || merges.has(issue))
      faults.push(`the base has ${commit}, which no task brought`);
    else merges.set(issue, { commit, before });
  }
  const outcomes: TaskOutcome[] = [];
  for (const task of tasks) {
    const record = records.get(task.issue);
    const merge = merges.get(task.issue) ?? null;
    if ((record?.phase === "done") !== (merge !== null))
      faults.push(
        `#${task.issue} is ${record?.phase ?? "unknown"} and ${merge === null ? "not " : ""}on the base`,
      );
    outcomes.push({
      task,
      phase: record?.phase ?? "unknown",
      reason: record?.reason ?? "unknown",
      merge,
      ...(await rebasesOf(dir, task.issue)),
      attempts: countKinds(record),
    });
  }
  return { tasks: outcomes, order: [...merges.keys()], tip, faults };
}

async function rebasesOf(
  dir: string,
  issue: number,
): Promise<Pick<TaskOutcome, "by" | "rebases" | "regenerated">> {
  const file = await tryGit(["cat-file", "blob", `${taskRef(issue)}:receipt.json`], { dir });
  const rebases = file.exit === 0 ? Receipt.parse(JSON.parse(file.stdout.toString("utf8"))).rebases : [];
  const strongest = (["agent", "regeneration", "git"] as const).find((by) =>
    rebases.some((one) => one.by === by),
  );
  const regenerated = rebases
    .flatMap(({ conflicts }) => conflicts)
    .filter(({ by }) => by === "regeneration")
    .map(({ path }) => path);
  return { by: strongest ?? "none", rebases: rebases.length, regenerated: [...new Set(regenerated)] };
}

function countKinds(record: Record | undefined): TaskOutcome["attempts"] {
  const counts: TaskOutcome["attempts"] = {};
  for (const { kind } of record?.attempts ?? []) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
