/** Verifies what the rebase has made; where that is red, an agent makes the branch fit its base, once. */
import { git } from "../git/git.ts";
import { runVerify, verdictOf } from "../attempt/repository-commands.ts";
import type { ShellResult } from "../attempt/run-shell.ts";
import { fitPrompt } from "../prompts/rebase.ts";
import { askOnce, changeable, takeOver } from "./ask-agent.ts";
import { sceneOf } from "./background.ts";
import { keepIndex, lostSince, type KeptIndex } from "./kept-index.ts";
import { literally, moveTip, pathList, treeOf, writeOwn } from "./own-repository.ts";
import { writeTree } from "./put-together.ts";
import { needed, setUp, type Ended, type Rebasing } from "./rebasing.ts";
import { putBack } from "./tidy.ts";

/** `tip`: the newest commit then; `ended` null: it is green, or nobody asks. */
export interface Fitted {
  tip: string;
  verify: ShellResult | null;
  ended: Ended | null;
}

export async function verifyAndFit(rebasing: Rebasing, tip: string): Promise<Fitted> {
  const { attempt, own } = rebasing;
  const { job, run } = attempt;
  if (job.verify === null) return { tip, verify: null, ended: null };
  // What it installs may be other than it was before the branch's own commits were there.
  const unready = await setUp(rebasing);
  if (unready !== null) return { tip, verify: null, ended: unready };
  const first = await runVerify(attempt);
  const red = endOf(first, run.signal.aborted);
  if (red?.end !== "verify_red" || first === null) return { tip, verify: first, ended: red };

  needed(rebasing, "agent");
  await putBack(own, rebasing.known, new Set());
  const kept = await keepIndex(own, rebasing.base);
  const stopped = await askOnce(rebasing, fitPrompt(sceneOf(rebasing), first.tail));
  if (stopped !== null) {
    // Whoever gives up here has no conflict to show, but a red check.
    const ended =
      stopped.end === "conflict" ? { ...red, summary: `${red.summary} ${stopped.summary}` } : stopped;
    return { tip, verify: first, ended };
  }
  const fault = await takeOver(rebasing, await changeable(rebasing, []), new Set());
  if (fault !== null) return { tip, verify: first, ended: { ...red, summary: `${red.summary} ${fault}` } };
  await bringBack(rebasing, tip, kept);
  const tree = await writeTree(own);
  if (tree === (await treeOf(own, tip))) return { tip, verify: first, ended: red };
  const message = `Fit to ${job.start.base_branch}`;
  const fitting = await writeOwn(own, { tree, parents: [tip], message });
  await moveTip(own, fitting);
  const verify = await runVerify(attempt);
  return { tip: fitting, verify, ended: endOf(verify, run.signal.aborted) };
}

/** To fit is not to give up: where nothing of the branch's change is left in a file, it is as it was. */
async function bringBack({ own, base, attempt }: Rebasing, tip: string, kept: KeptIndex): Promise<void> {
  const lost = await lostSince(own, base, kept);
  if (lost.length === 0) return;
  attempt.run.print(`Put back, for nothing of the branch's change was left there: ${lost.join(", ")}\n`);
  const args = ["--quiet", `--source=${tip}`, "--staged", "--worktree"];
  await git(["restore", ...args, "--pathspec-from-file=-", "--pathspec-file-nul"], {
    ...literally(own),
    input: pathList(lost),
  });
}

function endOf(verify: ShellResult | null, isCancelled: boolean): Ended | null {
  const { end, summary } = verdictOf(verify, isCancelled);
  return end === undefined || summary === undefined ? null : { end, summary };
}
