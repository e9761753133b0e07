/** Asks the agent to settle a stop, and takes over of its files what belongs to the rebase; what is not right is asked about once more. */
import { ask } from "../attempt/attempt.ts";
import { closingWords } from "../attempt/closing-words.ts";
import { git } from "../git/git.ts";
import { head, plainText } from "../plain-text.ts";
import { stopPrompt, type StopMatter } from "../prompts/rebase.ts";
import { backgroundOf, sceneOf } from "./background.ts";
import { isAsOnBase, keepIndex, layAgain, lostSince, restoreIndex, type KeptIndex } from "./kept-index.ts";
import { markerLeft } from "./markers.ts";
import { changedPaths, literally } from "./own-repository.ts";
import type { Step } from "./put-together.ts";
import { needed, type Ended, type Rebasing } from "./rebasing.ts";
import type { Generated } from "./regenerate.ts";
import type { Entry, Unmerged } from "./stop.ts";
import { putBack, stage } from "./tidy.ts";

/** At most so many paths are named where an agent has changed what is not its business. */
const MAX_NAMED = 20;

/** Null: everything of `conflicts` is in the index. */
export async function askAgent(
  rebasing: Rebasing,
  step: Step,
  { conflicts, generated }: { conflicts: readonly Unmerged[]; generated: readonly Generated[] },
): Promise<Ended | null> {
  needed(rebasing, "agent");
  const matter: Omit<StopMatter, "faults"> = {
    scene: sceneOf(rebasing),
    ...(await backgroundOf(rebasing, step, conflicts)),
    conflicts: conflicts.map(({ path, kind, shown }) => ({
      ...shown,
      kind,
      lies: head(plainText(path), 300),
    })),
    generated: generated.map(({ conflict }) => conflict.shown.path),
  };
  const unsettled = new Set(generated.map(({ conflict }) => conflict.path));
  const mayChange = await changeable(rebasing, conflicts);
  const kept = await keepIndex(rebasing.own, rebasing.base);
  let faults: string[] = [];
  for (let round = 1; round <= 2; round += 1) {
    const ended = await askOnce(rebasing, stopPrompt({ ...matter, faults }));
    if (ended !== null) return ended;
    const fault = await takeOver(rebasing, mayChange, unsettled);
    faults = fault === null ? await markersLeft(rebasing, conflicts) : [fault];
    // Whoever stays with it the second time is believed.
    const lost = round === 1 && fault === null ? await lostTo(rebasing, conflicts, kept) : [];
    if (faults.length === 0 && lost.length === 0) return null;
    if (round === 2) break;
    await restoreIndex(rebasing.own);
    await layAgain(rebasing.own, lost);
    faults.push(...lost.map((path) => lostText(rebasing, path)));
  }
  return { end: "conflict", summary: `The agent was asked twice. ${faults[0] ?? ""}`.trim() };
}

/** One invocation. Null: it is through and has not given up. */
export async function askOnce(rebasing: Rebasing, prompt: string): Promise<Ended | null> {
  const asked = await ask(rebasing.attempt, prompt, "work");
  rebasing.asked = asked;
  if (asked.end !== "completed") return { end: asked.end, summary: asked.why };
  const words = closingWords(asked.words);
  // A question is no answer here: whoever reads both sides and the words decides.
  return words === null || words.outcome === "no_change_needed"
    ? null
    : { end: "conflict", summary: words.text };
}

/** What an agent may change: what stopped it, what the branch changes, and where git has followed a rename of that. */
export async function changeable(
  { own, base, fork, head: tip }: Rebasing,
  conflicts: readonly Unmerged[],
): Promise<ReadonlySet<string>> {
  const brought = await git(["diff-index", "--cached", "-z", "--name-only", "--no-renames", base], own);
  return new Set([
    ...conflicts.map(({ path }) => path),
    ...(await changedPaths(own, fork, tip)),
    ...brought.split("\0"),
  ]);
}

/** Stages what the agent may change and puts everything else back; null, or why that cannot be done. `but`: is settled later. */
export async function takeOver(
  { attempt, own, known }: Rebasing,
  mayChange: ReadonlySet<string>,
  but: ReadonlySet<string>,
): Promise<string | null> {
  const taken = await stage(own, (path) => mayChange.has(path) && !but.has(path), known);
  if (taken.kind === "unreadable") {
    const why = head(plainText(taken.why), 500);
    return `The files cannot be taken over as they lie here: ${why}`;
  }
  const foreign = taken.foreign.filter((path) => !but.has(path));
  for (const path of foreign.slice(0, MAX_NAMED)) {
    attempt.run.print(`Put back, for neither the conflict nor the pull request touches it: ${path}\n`);
  }
  if (foreign.length > MAX_NAMED) attempt.run.print(`… and ${foreign.length - MAX_NAMED} more\n`);
  await putBack(own, known, but);
  return null;
}

async function markersLeft(rebasing: Rebasing, conflicts: readonly Unmerged[]): Promise<string[]> {
  const faults: string[] = [];
  for (const conflict of conflicts) {
    const now = await stagedEntry(rebasing, conflict.path);
    if (now === null || now.mode === "160000") continue;
    const line = await markerLeft(rebasing.own, conflict, now.oid);
    if (line !== null)
      faults.push(`There are conflict markers left in ${conflict.shown.path}, line ${line}.`);
  }
  return faults;
}

/** Paths at which nothing is left of the branch's change, though neither side has deleted anything there. */
async function lostTo(
  rebasing: Rebasing,
  conflicts: readonly Unmerged[],
  kept: KeptIndex,
): Promise<string[]> {
  const { own, base } = rebasing;
  const lost = await lostSince(own, base, kept);
  for (const { path, kind, ours, theirs } of conflicts) {
    if (kind !== "content" && kind !== "add_add") continue;
    const now = await stagedEntry(rebasing, path);
    const isTheirs = now !== null && now.oid === theirs?.oid && now.oid !== ours?.oid;
    if (isTheirs || (await isAsOnBase(own, base, path))) lost.push(path);
  }
  return lost;
}

function lostText({ attempt }: Rebasing, path: string): string {
  const base = attempt.job.start.base_branch;
  return `${head(plainText(path), 300)} was just as ${base} has it: nothing of the branch's change was left there. It lies here again as git had left it. If that change has to go, take it away once more.`;
}

/** The path as it will be committed; null: it will not be there. */
async function stagedEntry({ own }: Rebasing, path: string): Promise<Entry | null> {
  const listing = await git(["ls-files", "--stage", "-z", "--", path], literally(own));
  const parts = /^(?<mode>\d+) (?<oid>[0-9a-f]+) 0\t/.exec(listing)?.groups;
  return parts === undefined ? null : { mode: parts["mode"] ?? "", oid: parts["oid"] ?? "" };
}
