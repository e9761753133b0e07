/** Judges what a run made of a rebase: whether it stands on the base and holds nothing but what both sides had, and what it changed. */
import type { Job } from "../../domain/job.ts";
import type { Rebase, RebaseClaim } from "../../domain/report.ts";
import { WHOLE_WORK, type Refusal } from "../../domain/guard.ts";
import { cleanMerge } from "../git/clean-merge.ts";
import { countPaths, MAX_LISTED_PATHS } from "./count-paths.ts";
import { git } from "../git/git.ts";
import { guardRebase, type RebaseGround } from "./guard-rebase.ts";
import { hasForeignRoot, isAncestor, unpack, type JudgedWork } from "./judge-work.ts";
import { commitsOf, originalsOf, type OriginalCommit } from "../git/original-commits.ts";
import { forkPoint, patchId } from "../git/patch.ts";
import { head as firstOf, plainText } from "../plain-text.ts";
import { compareSeries } from "../git/range-diff.ts";
import type { RawReport } from "../raw-report.ts";
import { refuseSecrets } from "./refuse-secrets.ts";
import { rewriteCommits } from "./rewrite.ts";
import { changedEntries } from "../git/tree-changes.ts";

export type JudgedRebase =
  /** Nothing can be judged. `fault`: the same sentence where the set-up is to blame. */
  | { kind: "unable"; end: RawReport["end"]; why: string; fault: string | null }
  /** `isUpToDate`: the old head stands on the base. `rebase` null: the run says nothing of it. */
  | { kind: "judged"; judged: JudgedWork; isUpToDate: boolean; rebase: Rebase | null };

/** As much as a report holds. */
const MAX_RANGE_DIFF = 20_000;
const MAX_SUBJECT = 200;
const MAX_PATH = 300;

/** `dir` is the publisher's own bare clone, which has the old head and the base; afterwards it holds the rewritten commits. */
export async function judgeRebase(
  dir: string,
  handOver: string,
  from: { job: Job; raw: RawReport },
): Promise<JudgedRebase> {
  const { job, raw } = from;
  const { base: onto, head: before } = job.start;
  if (before === null) return unable("bad_report", "The job names no head to rebase.");
  const fork = await forkPoint(dir, onto, before);
  if (fork === null) return unable("bad_report", `${before} and its base ${onto} have no history in common.`);
  if (raw.rebase === null)
    return { kind: "judged", judged: { kind: "none" }, isUpToDate: false, rebase: null };
  const merged = await cleanMerge(dir, onto, before);
  if (merged.kind === "unable") return { ...unable("infrastructure", merged.why), fault: merged.why };

  const originals = await commitsOf(dir, before, [`^${onto}`]);
  const ground = await groundOf(dir, { onto, before, fork, merged, originals });
  const isUpToDate = fork === onto;
  const mayHaveWork = raw.end === "completed" && raw.rebase.by !== "nothing" && !isUpToDate;
  const judged: JudgedWork = mayHaveWork
    ? await judgeBundle(dir, handOver, { job, ground })
    : { kind: "none" };
  const rebase = checkedClaim(raw.rebase, ground, raw.usage.turns);
  const done = await outcomeOf(dir, { ground, judged, isUpToDate });
  return { kind: "judged", judged, isUpToDate, rebase: { ...rebase, ...done } };
}

function unable(end: RawReport["end"], why: string): JudgedRebase & { kind: "unable" } {
  return { kind: "unable", end, why, fault: null };
}

/** What both sides had before, and which paths that allows to change. */
async function groundOf(
  dir: string,
  known: Pick<RebaseGround, "onto" | "before" | "originals"> & {
    fork: string;
    merged: { tree: string; conflicted: ReadonlySet<string> };
  },
): Promise<RebaseGround> {
  const { onto, before, fork, merged, originals } = known;
  const own = await changedEntries(dir, { before: fork, after: before });
  const clean = await changedEntries(dir, { before: onto, after: merged.tree });
  const theirs = await changedEntries(dir, { before: fork, after: onto });
  const old = await changedEntries(dir, { before: onto, after: before });
  return {
    onto,
    before,
    originals,
    clean,
    old,
    conflicted: merged.conflicted,
    byBase: new Set(theirs.map(({ path }) => path)),
    allowed: new Set([...[...own, ...clean].map(({ path }) => path), ...merged.conflicted]),
  };
}

async function judgeBundle(
  dir: string,
  handOver: string,
  { job, ground }: { job: Job; ground: RebaseGround },
): Promise<JudgedWork> {
  const unpacked = await unpack(dir, handOver);
  if (unpacked.kind !== "tip") return unpacked;
  const { tip } = unpacked;
  const { onto, before, originals } = ground;
  const not = [`^${onto}`, `^${before}`];
  if (!(await isAncestor(dir, onto, tip)) || (await hasForeignRoot(dir, tip, not)))
    return refused("base_not_ancestor");
  if ((await countPaths(dir, { tip, not })) > MAX_LISTED_PATHS) return refused("too_many_files");
  const commits = await commitsOf(dir, tip, not);
  if (commits.length === 0) return { kind: "none" };
  const count = await countOf(dir, tip, onto);
  if (count > originals.length + (await roomFor(dir, job, ground))) return refused("too_many_commits");

  const picked = originalsOf(commits, originals);
  const guard = await guardRebase(dir, { ground, tip, commits: commits.map(({ oid }) => oid), picked, job });
  if (guard.length > 0) return { kind: "refused", guard };
  const range = { dir, tip, not, published: [onto, before], quoted: new Set(picked.keys()) };
  const secrets = await refuseSecrets(range, job.allow);
  if (secrets.length > 0) return { kind: "refused", guard: secrets };
  const head = await rewriteCommits({ dir, tip, not, job, picked });
  const whole = { before: onto, after: head };
  const files = (await changedEntries(dir, whole)).length;
  return {
    kind: "work",
    work: { base: onto, head, commits: count, files, patch: await patchId(dir, whole) },
  };
}

/** One commit that fits the whole to its base; and where the commits of people stay as they are, the merge of the base. */
async function roomFor(dir: string, job: Job, { before, onto }: RebaseGround): Promise<number> {
  const merges = await git(["rev-list", "--merges", "--max-count=1", before, `^${onto}`], { dir });
  return job.rebase?.shared === true || merges.trim() !== "" ? 2 : 1;
}

async function countOf(dir: string, tip: string, not: string): Promise<number> {
  return Number((await git(["rev-list", "--count", tip, `^${not}`], { dir })).trim());
}

/** What is left of the claim when everything that can be looked up is looked up. */
function checkedClaim(claim: RebaseClaim, { allowed, originals }: RebaseGround, turns: number): RebaseClaim {
  const paths = new Set([...allowed].map((path) => path.slice(0, MAX_PATH)));
  const known = new Map(originals.map((one) => [one.oid, one]));
  return {
    by: turns > 0 && (claim.by === "git" || claim.by === "regeneration") ? "agent" : claim.by,
    conflicts: claim.conflicts.filter(({ path }) => paths.has(path)),
    dropped: claim.dropped.flatMap((one) => {
      const original = known.get(one.oid);
      return original === undefined ? [] : [{ ...one, subject: subjectOf(original) }];
    }),
  };
}

function subjectOf({ subject }: OriginalCommit): string {
  return firstOf(plainText(subject).replace(/\s+/g, " ").trim(), MAX_SUBJECT);
}

/** Where nothing came of it there is nothing to compare. */
async function outcomeOf(
  dir: string,
  found: { ground: RebaseGround; judged: JudgedWork; isUpToDate: boolean },
): Promise<Omit<Rebase, keyof RebaseClaim>> {
  const { before, onto, originals } = found.ground;
  const count = originals.length;
  const blank = {
    before,
    onto,
    commits: { before: count, after: found.isUpToDate ? count : 0 },
    range_diff: "",
  };
  if (found.judged.kind !== "work") return blank;
  const { commits, head } = found.judged.work;
  const series = { old: { not: onto, tip: before }, now: { not: onto, tip: head } };
  const { text } = await compareSeries(dir, series, MAX_RANGE_DIFF);
  return { ...blank, commits: { before: count, after: commits }, range_diff: text };
}

function refused(rule: Refusal["rule"]): JudgedWork {
  return { kind: "refused", guard: [{ path: WHOLE_WORK, rule }] };
}
