/** Judges the bundle of an agent: may it be handed over, and as what. */
import { join } from "node:path";
import { guard, WHOLE_WORK, type Change, type Refusal } from "../../domain/guard.ts";
import { caseCollisions, hiddenRepositories, ledTo, lockOnly } from "../../domain/guard-tree.ts";
import type { Job } from "../../domain/job.ts";
import type { Report } from "../../domain/report.ts";
import { MAX_BUNDLE_BYTES, readBundle, unbundle } from "../git/bundle.ts";
import { blobSizes } from "../git/blobs.ts";
import { countPaths, MAX_LISTED_PATHS } from "./count-paths.ts";
import { git, tryGit } from "../git/git.ts";
import { forkPoint, patchId } from "../git/patch.ts";
import { beforeAttempt, rangeStart } from "../prepare.ts";
import { BUNDLE_FILE } from "../raw-report.ts";
import { putOnBase } from "./put-on-base.ts";
import { refuseSecrets } from "./refuse-secrets.ts";
import { rewriteCommits } from "./rewrite.ts";
import { allPaths, changedEntries, linksOf, treeChanges } from "../git/tree-changes.ts";

export const MAX_COMMITS = 50;

/** How often a file may be written anew on the way. */
const STEPS = 8;

/** `finished` is the report's business, not the work's. */
type GoodWork = Omit<NonNullable<Report["work"]>, "finished">;

export type JudgedWork =
  | { kind: "none" }
  | { kind: "work"; work: GoodWork }
  /** Good work that GitHub takes on no branch, and why. */
  | { kind: "stuck"; work: GoodWork; why: string }
  | { kind: "refused"; guard: Refusal[] }
  | { kind: "broken"; why: string };

/** `dir` is the publisher's own bare clone; afterwards it holds the rewritten commits. */
export async function judgeWork(dir: string, handOver: string, job: Job): Promise<JudgedWork> {
  const unpacked = await unpack(dir, handOver);
  if (unpacked.kind !== "tip") return unpacked;
  const { tip } = unpacked;
  const judged = await judgeTip(dir, tip, job);
  return judged.kind === "work" ? onNewestBase(dir, { tip, work: judged.work, job }) : judged;
}

/** Unpacks what the attempt has made into `dir`: its tip, or what is to be said of a bundle that gives none. */
export async function unpack(
  dir: string,
  handOver: string,
): Promise<{ kind: "tip"; tip: string } | JudgedWork> {
  const bundle = await readBundle(join(handOver, BUNDLE_FILE));
  if (bundle.kind === "missing") return { kind: "none" };
  if (bundle.kind === "too_big") return refused("bundle_too_big");
  if (bundle.kind === "broken") return brokenBundle(bundle.why);
  const unbundled = await unbundle(bundle.bytes, dir);
  if (unbundled.kind === "broken") return brokenBundle(unbundled.why);
  return { kind: "tip", tip: unbundled.tip };
}

/** What is put on another base is judged there once more. */
async function onNewestBase(
  dir: string,
  { tip, work, job }: { tip: string; work: GoodWork; job: Job },
): Promise<JudgedWork> {
  const put = await putOnBase(dir, tip, job);
  if (put.kind === "stays") return { kind: "work", work };
  if (put.kind === "stuck") return { kind: "stuck", work, why: put.why };
  const there = { ...job, start: { ...job.start, base: put.onto } };
  const judged = await judgeTip(dir, put.tip, there);
  // The base by which the app knows the attempt stays the one of its job.
  return judged.kind === "work" ? { kind: "work", work: { ...judged.work, base: job.start.base } } : judged;
}

/** The same for a commit that is in `dir` already, with all its history. */
export async function judgeTip(dir: string, tip: string, job: Job): Promise<JudgedWork> {
  const start = rangeStart(job);
  const not = beforeAttempt(job);
  // A branch that is there already may have forked from an older base.
  const fork = await forkPoint(dir, job.start.base, tip);
  if (fork === null || !(await isAncestor(dir, start, tip)) || (await hasForeignRoot(dir, tip, not))) {
    return refused("base_not_ancestor");
  }
  const commits = (await git(["rev-list", tip, ...not], { dir })).split("\n").filter((oid) => oid !== "");
  if (commits.length === 0) return { kind: "none" };
  if (commits.length > MAX_COMMITS) return refused("too_many_commits");
  if ((await countPaths(dir, { tip, not })) > MAX_LISTED_PATHS) return refused("too_many_files");

  const broken = await guardAll({ dir, start, fork, tip, commits, job });
  // Too much already: nobody reads all of that.
  const isTooMuch = broken.some(({ path }) => path === WHOLE_WORK);
  const published = not.map((commit) => commit.slice(1));
  const secrets = isTooMuch ? [] : await refuseSecrets({ dir, tip, not, published }, job.allow);
  const refusals = [...broken, ...secrets];
  if (refusals.length > 0) return { kind: "refused", guard: refusals };
  const head = await rewriteCommits({ dir, tip, not, job });
  const range = { before: fork, after: head };
  const names = await git(
    ["diff-tree", "-r", "-z", "--name-only", "--no-renames", range.before, range.after],
    { dir },
  );
  const files = names.split("\0").length - 1;
  const patch = await patchId(dir, range);
  return { kind: "work", work: { base: job.start.base, head, commits: commits.length, files, patch } };
}

function refused(rule: Refusal["rule"]): JudgedWork {
  return { kind: "refused", guard: [{ path: WHOLE_WORK, rule }] };
}

function brokenBundle(why: string): JudgedWork {
  return {
    kind: "broken",
    why: `The bundle of the agent's commits cannot be used: ${why} (at most ${MAX_BUNDLE_BYTES} bytes are read).`,
  };
}

interface GuardedWork {
  dir: string;
  start: string;
  /** Where the branch has left the base. */
  fork: string;
  tip: string;
  commits: string[];
  job: Job;
}

/** The whole against all rules, and each commit against those about paths: what a later commit takes back is pushed all the same. */
async function guardAll(work: GuardedWork): Promise<Refusal[]> {
  const { dir, start, fork, tip, commits, job } = work;
  const { allow, limits } = job;
  const protect = [...job.protect, ...ledTo(await linksOf(dir, start), job)];
  const whole = await treeChanges(dir, { before: start, after: tip });
  const refusals = guard(whole, { protect, allow, files: limits.files, bytes: limits.bytes });
  // Too much already: the single commits would only be more of it.
  if (refusals.some((refusal) => refusal.path === WHOLE_WORK)) return refusals;
  if ((await bytesBrought(dir, tip, job)) > STEPS * limits.bytes)
    return [...refusals, { path: WHOLE_WORK, rule: "too_many_bytes" }];
  const branch = (await changedEntries(dir, { before: fork, after: tip })).map(({ path }) => path);
  const tree = await allPaths(dir, tip);
  refusals.push(...lockOnly(whole, { branch, allow }), ...caseCollisions(whole, tree));
  refusals.push(...hiddenRepositories(whole, { tree, allow }));
  const steps: Change[] = [];
  for (const commit of commits.length > 1 ? commits : []) {
    steps.push(...(await treeChanges(dir, { before: `${commit}^`, after: commit })));
  }
  const unlimited = Number.MAX_SAFE_INTEGER;
  const inSteps = guard(steps, { protect, allow, files: unlimited, bytes: unlimited });
  const all = new Map(
    [...refusals, ...inSteps].map((refusal) => [`${refusal.rule} ${refusal.path}`, refusal]),
  );
  return [...all.values()].slice(0, 100);
}

/** Of all new files of all commits: what is taken back again is pushed all the same. */
async function bytesBrought(dir: string, tip: string, job: Job): Promise<number> {
  const listing = await git(["rev-list", "--objects", tip, ...beforeAttempt(job)], { dir });
  const oids = listing.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
  return [...(await blobSizes(dir, oids)).values()].reduce((sum, size) => sum + size, 0);
}

export async function isAncestor(dir: string, older: string, newer: string): Promise<boolean> {
  const answer = await tryGit(["merge-base", "--is-ancestor", older, newer], { dir });
  return answer.exit === 0;
}

/** History that began elsewhere and was merged in. */
export async function hasForeignRoot(dir: string, tip: string, not: readonly string[]): Promise<boolean> {
  const roots = await git(["rev-list", "--max-parents=0", tip, ...not], { dir });
  return roots.trim() !== "";
}
