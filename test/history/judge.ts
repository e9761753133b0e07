/** Holds what GZA made of a history to what git says of it. */
import { outcomeOf } from "../../src/cli/demo/outcome.ts";
import type { Stage } from "../../src/cli/demo/stage.ts";
import { REF_PREFIX } from "../../src/domain/names.ts";
import { git } from "../../src/runner/git/git.ts";
import { join } from "node:path";
import { checkLines } from "./check-lines.ts";
import { checkPatches, type Kept } from "./check-patches.ts";
import { checkPicks } from "./check-picks.ts";
import type { Landed } from "./land.ts";
import type { LaidOut } from "./lay-out.ts";
import { borrowObjects } from "./open-repository.ts";
import { readOutcome, type Outcome } from "./outcome.ts";
import type { Task } from "./replay.ts";

export interface Judged extends Outcome {
  kept: Map<number, Kept>;
  /** What git itself does to lines, for which GZA is not to blame. */
  notes: string[];
  /** How many landed tasks plain cherry-picks bring to the same tree. */
  picked: number;
  /** How many heads were replaced, all of which are kept. */
  replaced: number;
  /** What the app asked GitHub for; `kinds`: how often for what, most often first. */
  requests: { rest: number; graphql: number; content: number; kinds: { [kind: string]: number } };
}

/** `dir`: the harness's own repository; `borrowed`: where the objects of the real one lie. */
export async function judge(
  stage: Stage,
  found: { dir: string; borrowed: string; tasks: readonly Task[]; laid: LaidOut; landed: Landed },
): Promise<Judged> {
  const { dir, borrowed, tasks, laid, landed } = found;
  await borrowObjects(dir, [borrowed, join(stage.repository.directory, "objects")]);
  const outcome = await readOutcome(stage, { tasks, records: landed.records, start: laid.start });
  const picks = await checkPicks(dir, { laid, outcome });
  const patches = await checkPatches(dir, { laid, outcome, picks });
  const lines = await checkLines(dir, { outcome, picks });
  const faults = [
    ...landed.faults,
    ...outcome.faults,
    ...picks.faults,
    ...patches.faults,
    ...lines.faults,
    ...(await checkBackups(stage, landed.replaced)),
  ];
  const { requests } = await outcomeOf(stage, []);
  const numbers = { picked: picks.same.size, replaced: landed.replaced.length };
  return {
    ...outcome,
    ...numbers,
    requests: { ...requests, kinds: kindsOf(stage) },
    kept: patches.kept,
    notes: lines.notes,
    faults,
  };
}

function kindsOf({ playground, bot }: Stage): Judged["requests"]["kinds"] {
  const counts = new Map<string, number>();
  for (const { actor, kind, method, path } of playground.requests()) {
    if (actor !== bot && actor !== null) continue;
    const rest = `${method} ${path.replaceAll(/\b(?:\d+|[0-9a-f]{40})\b/g, "*")}`;
    const name = kind === "graphql" ? `graphql ${path}` : rest;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].toSorted(([, one], [, other]) => other - one));
}

async function checkBackups({ repository }: Stage, replaced: Landed["replaced"]): Promise<string[]> {
  const faults: string[] = [];
  for (const { branch, head } of replaced) {
    const args = ["for-each-ref", "--count=1", `--contains=${head}`, `${REF_PREFIX}backup/`];
    if ((await git(args, { dir: repository.directory })) === "")
      faults.push(`the head ${head} of ${branch} was replaced and is kept nowhere`);
  }
  return faults;
}
