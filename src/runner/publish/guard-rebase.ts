/** The guard of a rebase: what people have put on their branch is carried, everything else of it is judged like any other work. */
import { guard, type GuardRules, type Refusal } from "../../domain/guard.ts";
import { ledTo } from "../../domain/guard-tree.ts";
import type { Job } from "../../domain/job.ts";
import { blobContents, blobSizes } from "../git/blobs.ts";
import { cleanPick } from "../git/clean-merge.ts";
import { tryGit } from "../git/git.ts";
import type { OriginalCommit } from "../git/original-commits.ts";
import { changedEntries, changesOf, linksOf, type Entry } from "../git/tree-changes.ts";

/** What both sides had before a rebase, seen from the base. */
export interface RebaseGround {
  onto: string;
  /** The old head. */
  before: string;
  /** Oldest first, without those that the base has. */
  originals: readonly OriginalCommit[];
  /** The base with the old head merged into it by git alone. */
  clean: readonly Entry[];
  /** The old head as it was. */
  old: readonly Entry[];
  /** Where git alone cannot merge. */
  conflicted: ReadonlySet<string>;
  /** What the base has changed since the branch left it. */
  byBase: ReadonlySet<string>;
  /** What may differ from the base afterwards. */
  allowed: ReadonlySet<string>;
}

interface Rebased {
  ground: RebaseGround;
  tip: string;
  /** The new ones, oldest first. */
  commits: readonly string[];
  picked: ReadonlyMap<string, OriginalCommit>;
  job: Job;
}

const MAX_REFUSALS = 100;
const MAX_PATH = 300;

/** Everything that stands against it; an empty list lets it pass. */
export async function guardRebase(dir: string, rebased: Rebased): Promise<Refusal[]> {
  const { ground, tip, job } = rebased;
  const { files, bytes } = job.limits;
  const rules = await rulesOf(dir, ground, job);
  const entries = await changedEntries(dir, { before: ground.onto, after: tip });
  const outside = entries.filter(({ path }) => !ground.allowed.has(path));
  if (outside.length > 0) return refusals(outside, "outside_rebase");
  const isCarried = carriedBy(ground);
  const judged = entries.filter((entry) => !isCarried(entry));
  const broken = guard(await changesOf(dir, judged), { ...rules, files, bytes });
  if (broken.length > 0) return broken;
  const marked = refusals(await markedOf(dir, judged, ground), "conflict_markers");
  if (marked.length > 0) return marked;
  const inSteps = await guardSteps(dir, rebased, { isCarried, rules });
  const once = new Map(inSteps.map((refusal) => [`${refusal.rule} ${refusal.path}`, refusal]));
  return [...once.values()].slice(0, MAX_REFUSALS);
}

async function rulesOf(dir: string, { onto, before }: RebaseGround, job: Job): Promise<GuardRules> {
  const links = new Map([...(await linksOf(dir, onto)), ...(await linksOf(dir, before))]);
  const protect = [...job.protect, ...ledTo(links, job)];
  const { allow } = job;
  return { protect, allow, files: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
}

function refusals(entries: readonly Entry[], rule: Refusal["rule"]): Refusal[] {
  return entries.slice(0, MAX_REFUSALS).map(({ path }) => ({ path: path.slice(0, MAX_PATH), rule }));
}

/**
 * Whether nobody has had a choice about it: git alone merges it so, or it is as people left it and the base has not touched it. What the
 * base has changed is not carried by taking the branch's side: that would undo the base.
 */
function carriedBy({ clean, old, conflicted, byBase }: RebaseGround): (entry: Entry) => boolean {
  const merged = keysOf(clean.filter(({ path }) => !conflicted.has(path)));
  const left = keysOf(old.filter(({ path }) => !byBase.has(path)));
  return (entry) => isPlain(entry.path) && (merged.has(keyOf(entry)) || left.has(keyOf(entry)));
}

/** Two paths that are not UTF-8 may look the same. */
function isPlain(path: string): boolean {
  return !path.includes("\u{fffd}");
}

function keysOf(entries: readonly Entry[]): Set<string> {
  return new Set(entries.map(keyOf));
}

function keyOf({ path, mode, oid }: Entry): string {
  return `${mode.after} ${oid} ${path}`;
}

/** What a later commit takes back is pushed all the same. */
async function guardSteps(
  dir: string,
  { ground, commits, picked }: Rebased,
  { isCarried, rules }: { isCarried: (entry: Entry) => boolean; rules: GuardRules },
): Promise<Refusal[]> {
  if (commits.length < 2) return [];
  const found: Refusal[] = [];
  for (const commit of commits) {
    const step = await changedEntries(dir, { before: `${commit}^`, after: commit });
    const doubtful = step.filter((entry) => !isCarried(entry));
    if (guard(await changesOf(dir, doubtful), rules).length === 0) continue;
    // Dear to find out, so only where it matters: what this commit has from the base, and what git alone makes of its original.
    const isOwn = await ownTo(dir, { commit, ground, original: picked.get(commit) ?? null });
    found.push(...guard(await changesOf(dir, doubtful.filter(isOwn)), rules));
  }
  return found;
}

async function ownTo(
  dir: string,
  of: { commit: string; ground: RebaseGround; original: OriginalCommit | null },
): Promise<(entry: Entry) => boolean> {
  const { commit, ground, original } = of;
  const sinceBase = await changedEntries(dir, { before: ground.onto, after: commit });
  const ownPaths = new Set(sinceBase.map(({ path }) => path));
  const byGit = original === null ? new Set<string>() : await pickedKeys(dir, commit, original.oid);
  return (entry) => !isPlain(entry.path) || (ownPaths.has(entry.path) && !byGit.has(keyOf(entry)));
}

async function pickedKeys(dir: string, commit: string, original: string): Promise<Set<string>> {
  const onto = `${commit}^`;
  const pick = await cleanPick(dir, { before: `${original}^`, after: original, onto });
  if (pick.kind === "unable") return new Set();
  const entries = await changedEntries(dir, { before: onto, after: pick.tree });
  return keysOf(entries.filter(({ path }) => !pick.conflicted.has(path)));
}

/** Those that have more lines with conflict markers than the same path had on either side. */
async function markedOf(dir: string, entries: readonly Entry[], ground: RebaseGround): Promise<Entry[]> {
  const { onto, before } = ground;
  const counts = await markersIn(
    dir,
    entries.filter(isFile).map(({ oid }) => oid),
  );
  const suspects = entries.filter((entry) => isFile(entry) && (counts.get(entry.oid) ?? 0) > 0);
  const marked: Entry[] = [];
  for (const entry of suspects) {
    const sides = [await oidAt(dir, onto, entry.path), await oidAt(dir, before, entry.path)];
    const had = [
      ...(
        await markersIn(
          dir,
          sides.flatMap((oid) => oid ?? []),
        )
      ).values(),
    ];
    if ((counts.get(entry.oid) ?? 0) > Math.max(0, ...had)) marked.push(entry);
  }
  return marked;
}

function isFile({ mode }: Entry): boolean {
  return mode.after.startsWith("100");
}

/** By object id, how many lines begin as git begins the sides of a conflict. */
async function markersIn(dir: string, oids: readonly string[]): Promise<Map<string, number>> {
  const contents = await blobContents(dir, await blobSizes(dir, [...new Set(oids)]));
  return new Map([...contents].map(([oid, content]) => [oid, countMarkers(content.toString("latin1"))]));
}

function countMarkers(text: string): number {
  return text.match(/(?:^|(?<=\n))(?:<{7}|>{7}|\|{7}) /g)?.length ?? 0;
}

async function oidAt(dir: string, commit: string, path: string): Promise<string | null> {
  const found = await tryGit(["rev-parse", "--verify", "--quiet", `${commit}:${path}`], { dir });
  return found.exit === 0 ? found.stdout.toString("utf8").trim() : null;
}
