/** The person's part: all issues are labelled at once, nothing more is said, and the end is waited for. */
import { recordOf } from "../../src/cli/demo/outcome.ts";
import type { Stage } from "../../src/cli/demo/stage.ts";
import { branchRef } from "../../src/domain/names.ts";
import type { Record } from "../../src/domain/record.ts";
import { git } from "../../src/runner/git/git.ts";
import type { Task } from "./replay.ts";

export interface Landed {
  /** The newest record of each task, by issue. */
  records: Map<number, Record>;
  /** Heads of task branches that were not built upon but replaced. */
  replaced: { branch: string; head: string }[];
  /** What went wrong on the way. */
  faults: string[];
}

const LOOK_MILLISECONDS = 500;

/** Ends when every task is merged or waits for a person, or after so many seconds. */
export async function landAll(
  stage: Stage,
  { tasks, start, seconds }: { tasks: readonly Task[]; start: string; seconds: number },
): Promise<Landed> {
  const end = performance.now() + seconds * 1000;
  const moves = followBranches(stage);
  // Nobody merges before everybody has begun: all of them stand on the old base.
  stage.playground.actions.hold();
  await ask(stage, tasks);
  const isBegun = await poll(end, async () => {
    const records = await readRecords(stage, tasks);
    return tasks.every(({ issue }) => records.get(issue)?.attempt?.start.base === start);
  });
  stage.playground.actions.release();
  const isOver = await poll(end, async () => {
    const isQuiet = areAtRest(tasks, await readRecords(stage, tasks));
    if (!isQuiet) return false;
    // Whoever is parked may go on by itself when the last webhook has come.
    await stage.playground.settled();
    return areAtRest(tasks, await readRecords(stage, tasks));
  });
  const records = await readRecords(stage, tasks);
  const faults = isBegun ? [] : ["not all tasks began on the old base"];
  if (!isOver) faults.push(`not all tasks came to rest in ${seconds} seconds: ${restless(tasks, records)}`);
  return { records, faults, replaced: await replacedHeads(stage, moves()) };
}

async function ask({ person, owner, name: repo }: Stage, tasks: readonly Task[]): Promise<void> {
  for (const { issue, change } of tasks) {
    const title = change.subject.trim() || `Change ${change.commit.slice(0, 7)}`;
    const body = `What ${change.commit} did, from an older base.`;
    const { data } = await person.issues.create({ owner, repo, title: title.slice(0, 200), body });
    if (data.number !== issue)
      throw new Error(`issue #${data.number} was meant to be #${issue}: nobody else may write here`);
  }
  await Promise.all(
    tasks.map(({ issue }) => person.issues.addLabels({ owner, repo, issue_number: issue, labels: ["gza"] })),
  );
}

function areAtRest(tasks: readonly Task[], records: ReadonlyMap<number, Record>): boolean {
  return tasks.every(({ issue }) => isAtRest(records.get(issue)));
}

function isAtRest(record: Record | undefined): boolean {
  if (record === undefined || record.attempt !== null) return false;
  if (record.phase === "parked") return true;
  return (record.phase === "done" || record.phase === "cancelled") && record.intents.length === 0;
}

function restless(tasks: readonly Task[], records: ReadonlyMap<number, Record>): string {
  return tasks
    .filter(({ issue }) => !isAtRest(records.get(issue)))
    .map(
      ({ issue }) =>
        `#${issue} ${records.get(issue)?.phase ?? "unknown"}, ${records.get(issue)?.reason ?? "never taken up"}`,
    )
    .join("; ");
}

async function readRecords(stage: Stage, tasks: readonly Task[]): Promise<Map<number, Record>> {
  const records = new Map<number, Record>();
  for (const { issue } of tasks) {
    const record = await recordOf(stage, issue);
    if (record !== null) records.set(issue, record);
  }
  return records;
}

interface BranchMove {
  branch: string;
  before: string;
  after: string;
}

/** The answer lists all pushes to task branches up to then. */
function followBranches({ playground }: Stage): () => BranchMove[] {
  const moves: BranchMove[] = [];
  playground.world.listeners.push(({ name, payload }) => {
    const { ref, before, after } = payload;
    if (name !== "push" || typeof ref !== "string" || !ref.startsWith(branchRef("gza/"))) return;
    moves.push({ branch: ref.slice(branchRef("").length), before: String(before), after: String(after) });
  });
  return () => moves;
}

async function replacedHeads(
  { repository }: Stage,
  moves: readonly BranchMove[],
): Promise<Landed["replaced"]> {
  const replaced: Landed["replaced"] = [];
  for (const { branch, before, after } of moves) {
    if (isNothing(before) || isNothing(after)) continue;
    const base = await git(["merge-base", "--all", before, after], { dir: repository.directory });
    if (!base.split("\n").includes(before)) replaced.push({ branch, head: before });
  }
  return replaced;
}

function isNothing(oid: string): boolean {
  return /^0+$/.test(oid);
}

/** true as soon as it is so; false: the end has come before. */
async function poll(end: number, is: () => Promise<boolean>): Promise<boolean> {
  while (performance.now() < end) {
    if (await is()) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  return false;
}
