/** Holds what landed without an agent to the patch that was replayed, by git's own id of it. */
import { gitBytes, git } from "../../src/runner/git/git.ts";
import { patchId, type Range } from "../../src/runner/git/patch.ts";
import type { LaidOut } from "./lay-out.ts";
import type { Outcome, TaskOutcome } from "./outcome.ts";
import type { Picks } from "./check-picks.ts";

/**
 * How much of a patch is the same on the base: `whole`; `lines`: all but the unchanged lines around it; `rest`: a part of it had landed
 * with others before, and git's own pick comes to the same tree; null: an agent had a hand in it.
 */
export type Kept = "whole" | "lines" | "rest" | null;

export async function checkPatches(
  dir: string,
  { laid, outcome, picks }: { laid: LaidOut; outcome: Outcome; picks: Picks },
): Promise<{ kept: Map<number, Kept>; faults: string[] }> {
  const kept = new Map<number, Kept>();
  const faults: string[] = [];
  for (const one of outcome.tasks) {
    const { issue } = one.task;
    const replayed = laid.commits.get(issue);
    if (one.merge === null || replayed === undefined) continue;
    const landed = { before: one.merge.before, after: one.merge.commit };
    const how =
      one.by === "agent"
        ? null
        : await compare(dir, one, { asked: { before: laid.start, after: replayed }, landed });
    if (how !== "none") kept.set(issue, how);
    else if (picks.same.has(issue)) kept.set(issue, "rest");
    else faults.push(`#${issue}: its patch on the base is not the one that was replayed`);
  }
  return { kept, faults };
}

async function compare(
  dir: string,
  { regenerated }: TaskOutcome,
  { asked, landed }: { asked: Range; landed: Range },
): Promise<"whole" | "lines" | "none"> {
  if (regenerated.length === 0 && (await patchId(dir, asked)) === (await patchId(dir, landed)))
    return "whole";
  const isSame = (await bareId(dir, asked, regenerated)) === (await bareId(dir, landed, regenerated));
  return isSame ? "lines" : "none";
}

/** The id of the changed lines alone: what lies around them may have changed. Generated files are left out. */
async function bareId(dir: string, { before, after }: Range, but: readonly string[]): Promise<string> {
  const form = [
    "-r",
    "-p",
    "-U0",
    "--full-index",
    "--binary",
    "--no-renames",
    "--no-textconv",
    "--no-ext-diff",
  ];
  const paths = but.length === 0 ? [] : ["--", ".", ...but.map((path) => `:(exclude,literal)${path}`)];
  const input = await gitBytes(["diff-tree", ...form, before, after, ...paths], { dir });
  return (await git(["patch-id", "--stable"], { dir, input })).split(" ")[0] ?? "";
}
