/**
 * A `rebase` attempt: git puts the branch on its base as far as it can, tools write generated files anew, an agent settles the rest.
 * Half a rebase is nothing: the branch has not moved, so the next attempt begins anew and loses nothing.
 */
import { reportOf, type Attempt } from "../attempt/attempt.ts";
import { git } from "../git/git.ts";
import { head as firstOf } from "../plain-text.ts";
import { blankReport, type RawReport } from "../raw-report.ts";
import { writeBundle } from "../save-work/work.ts";
import { verifyAndFit } from "./fit.ts";
import { moveTip, openOwn, putOn, treeOf, writeOwn, writePicked } from "./own-repository.ts";
import { planRebase, subjectOf, type Plan } from "./plan.ts";
import { putTogether, writeTree, type Step } from "./put-together.ts";
import { CANCELLED, needed, type Ended, type Rebasing } from "./rebasing.ts";
import { settleStop } from "./settle-stop.ts";
import { summaryOf } from "./summary.ts";

/** At most so many are named in a report. */
const MAX_LISTED = 50;

export async function runRebase(attempt: Attempt): Promise<RawReport> {
  const { run, job } = attempt;
  const { base, head } = job.start;
  if (head === null || job.rebase === null) {
    const summary = "The job names no branch to rebase.";
    return blankReport({ attempt: job.attempt, kind: job.kind, end: "bad_report", summary });
  }
  const own = await openOwn(run.inputs, base);
  const plan = await planRebase(own, { base, head, shared: job.rebase.shared });
  const rebasing: Rebasing = {
    attempt,
    own,
    matter: job.rebase,
    base,
    head,
    fork: "fork" in plan ? plan.fork : base,
    by: "nothing",
    dropped: plan.kind === "pick" ? plan.dropped : [],
    conflicts: [],
    asked: null,
    known: new Set(),
    isSetUp: false,
  };
  return reportFor(rebasing, await carryOut(rebasing, plan));
}

async function carryOut(rebasing: Rebasing, plan: Plan): Promise<Ended> {
  const { attempt, own, base } = rebasing;
  const { run, job } = attempt;
  const branch = job.start.base_branch;
  if (plan.kind === "nothing") {
    return { end: "completed", summary: `The branch stands on ${branch} at ${base.slice(0, 7)} already.` };
  }
  if (plan.kind === "unrelated") {
    return { end: "conflict", summary: `The branch and ${branch} have no commit in common.` };
  }
  needed(rebasing, "git");
  const put = plan.kind === "merge" ? await mergeBase(rebasing) : await pickAll(rebasing, plan.commits);
  if ("end" in put) return put;
  if ((await treeOf(own, put.tip)) === (await treeOf(own, base))) {
    // What an agent took away, nobody has looked for on the base.
    const summary =
      rebasing.asked === null
        ? `Everything that this pull request changes is on ${branch} already.`
        : `The agent settled the conflicts so that nothing of this pull request's change is left beside what is on ${branch}.`;
    return { end: "unchanged", summary };
  }
  const { tip, verify, ended } = await verifyAndFit(rebasing, put.tip);
  if (ended !== null) return { ...ended, verify };
  await writeBundle(run.inputs, { dir: own.dir, not: [`^${base}`] });
  const commits = Number((await git(["rev-list", "--count", tip, `^${base}`], own)).trim());
  const way = plan.kind === "merge" ? "merge" : "pick";
  return { end: "completed", summary: summaryOf(rebasing, { way, commits }), verify, commits };
}

/** One commit after another; those of which nothing is left are dropped. */
async function pickAll(rebasing: Rebasing, commits: readonly string[]): Promise<{ tip: string } | Ended> {
  const { own, base } = rebasing;
  let tip = base;
  let tree = await treeOf(own, base);
  await putOn(own, tip);
  for (const commit of commits) {
    const ended = await carryStep(rebasing, { kind: "pick", commit, onto: tip });
    if (ended !== null) return ended;
    const made = await writeTree(own);
    if (made === tree) {
      rebasing.dropped.push({ oid: commit, subject: await subjectOf(own, commit), why: "empty" });
      continue;
    }
    tree = made;
    tip = await writePicked(own, commit, { tree, parent: tip });
    await moveTip(own, tip);
  }
  return { tip };
}

/** One merge commit on top of the branch: whoever worked on it finds their commits as they were. */
async function mergeBase(rebasing: Rebasing): Promise<{ tip: string } | Ended> {
  const { own, base, head, fork, attempt } = rebasing;
  await putOn(own, head);
  const ended = await carryStep(rebasing, { kind: "merge", base, head, fork });
  if (ended !== null) return ended;
  const message = `Merge ${attempt.job.start.base_branch} at ${base.slice(0, 7)}`;
  const tip = await writeOwn(own, { tree: await writeTree(own), parents: [head, base], message });
  await moveTip(own, tip);
  return { tip };
}

/** Null: files and index are what the step comes to. */
async function carryStep(rebasing: Rebasing, step: Step): Promise<Ended | null> {
  const { own, attempt } = rebasing;
  if (attempt.run.signal.aborted) return CANCELLED;
  const put = await putTogether(own, step);
  return put.kind === "clean" ? null : settleStop(rebasing, step, put);
}

/** Commits are only there at the end: whatever else became of the attempt, nothing of it is kept. */
function reportFor({ attempt, asked, by, dropped, conflicts }: Rebasing, ended: Ended): RawReport {
  const { job } = attempt;
  const { end, summary } = ended;
  const blank = blankReport({ attempt: job.attempt, kind: job.kind, end, summary });
  // Where no model was asked, it is known what it cost.
  const told = asked === null ? { ...blank, usage: { ...blank.usage, usd: 0 } } : reportOf(attempt, asked);
  const rebase = { by, dropped: dropped.slice(0, MAX_LISTED), conflicts: conflicts.slice(0, MAX_LISTED) };
  return { ...told, ...ended, summary: firstOf(summary, 8000), rebase };
}
