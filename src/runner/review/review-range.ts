/** A review of nothing but what a rebase changed: the two series compared, and the files whose patch is another now. */
import type { Job } from "../../domain/job.ts";
import type { Attempt } from "../attempt/attempt.ts";
import { readDiff, type FileDiff } from "../git/diff.ts";
import { partsOf, type PartedDiff } from "./diff-parts.ts";
import { git } from "../git/git.ts";
import { forkPoint } from "../git/patch.ts";
import { head as firstOf, plainText } from "../plain-text.ts";
import { rangePrompt } from "../prompts/range.ts";
import { compareSeries } from "../git/range-diff.ts";
import { blankReport, type RawReport } from "../raw-report.ts";
import { reviewParts, unable, type Material } from "./review-parts.ts";

export interface RangeChange {
  /** Whole files of the head whose patch is another than before the rebase. */
  files: FileDiff[];
  /** What only the old head changed. */
  gone: string[];
  rangeDiff: string;
  /** One line per commit that came to the base meanwhile and touches one of those files. */
  landed: string;
}

/** `answered`: nothing is left to ask a model. */
export type Change = ({ kind: "changed" } & RangeChange) | { kind: "answered"; report: RawReport };

/** The context by which git's own patch ids tell patches apart. */
const COMPARED_CONTEXT = 3;
const MAX_RANGE_DIFF = 60_000;
const MAX_LANDED = 30;
const MAX_LANDED_CHARACTERS = 4000;

/** `files`: the diff from the head's fork point to the head as reviewers are shown it. */
export async function changeOf(
  dir: string,
  { job, head, fork, files }: { job: Job; head: string; fork: string; files: readonly FileDiff[] },
): Promise<Change> {
  const before = job.rebased?.before ?? null;
  if (before === null)
    return {
      kind: "answered",
      report: unable(job, "The job does not say what was there before the rebase."),
    };
  const { base } = job.start;
  const left = await forkPoint(dir, base, before);
  if (left === null)
    return { kind: "answered", report: unable(job, `${before} and ${base} have no history in common.`) };
  const series = { old: { not: base, tip: before }, now: { not: base, tip: head } };
  const { text, isSame } = await compareSeries(dir, series, MAX_RANGE_DIFF);
  const old = patchesOf(await readDiff(dir, { before: left, after: before }, COMPARED_CONTEXT));
  const now = patchesOf(await readDiff(dir, { before: fork, after: head }, COMPARED_CONTEXT));
  const changed = files.filter(({ path }) => old.get(path) !== now.get(path));
  const gone = [...old.keys()].filter((path) => !now.has(path));
  if (isSame || (changed.length === 0 && gone.length === 0))
    return { kind: "answered", report: unchanged(job) };
  const paths = [...changed.map(({ path }) => path), ...gone];
  const landed = await landedOn(dir, { before: left, after: fork }, paths);
  return { kind: "changed", files: changed, gone, rangeDiff: text, landed };
}

export async function reviewChange(
  attempt: Attempt,
  { list, house }: Material,
  { files, gone, rangeDiff, landed }: RangeChange,
): Promise<RawReport> {
  const parted = withOnePart(partsOf(files));
  const parts = parted.parts.length;
  const promptFor = (diff: string, part: number): string =>
    rangePrompt({ job: attempt.job, house, files: list, landed, rangeDiff, gone, diff, part, parts });
  const report = await reviewParts(attempt, { files, parted, promptFor });
  if (report.coverage === null) return report;
  const left = gone.map((path) => ({
    path,
    seen: true,
    why: "the pull request does not change it any more",
  }));
  return { ...report, coverage: [...report.coverage, ...left] };
}

/** Also what only went away has to be looked at. */
function withOnePart({ parts, left }: PartedDiff): PartedDiff {
  const none = { text: "(no file that the pull request still changes)", paths: new Set<string>() };
  return { parts: parts.length === 0 && left.size === 0 ? [none] : parts, left };
}

function unchanged({ attempt, kind }: Job): RawReport {
  const summary = "The rebase changed nothing of the patch.";
  const blank = blankReport({ attempt, kind, end: "completed", summary });
  return { ...blank, findings: [], coverage: [], usage: { ...blank.usage, usd: 0 } };
}

/** By path what git's patch id is made of: everything but line numbers and the ids of what is shown. */
function patchesOf(files: readonly FileDiff[]): Map<string, string> {
  const patches = new Map<string, string>();
  for (const { path, header, hunks, binary, oid } of files) {
    const kept = header.split("\n").filter((line) => !/^(?:index|similarity|dissimilarity) /.test(line));
    const lines = hunks.flatMap((hunk) => ["@@", ...hunk.lines]);
    const patch = [...kept, ...(binary ? [oid ?? ""] : lines)].join("\n");
    patches.set(path, `${patches.get(path) ?? ""}${patch}\n`);
  }
  return patches;
}

async function landedOn(
  dir: string,
  { before, after }: { before: string; after: string },
  paths: readonly string[],
): Promise<string> {
  if (paths.length === 0) return "";
  const form = ["--no-merges", `--max-count=${MAX_LANDED}`, "--no-show-signature", "--format=%h %s"];
  const log = await git(
    ["-c", "core.abbrev=12", "log", ...form, after, `^${before}`, "--", ...paths.slice(0, 500)],
    {
      dir,
      env: { GIT_LITERAL_PATHSPECS: "1" },
    },
  );
  return firstOf(plainText(log).trim(), MAX_LANDED_CHARACTERS);
}
