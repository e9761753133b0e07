/** A `review` attempt: the runner makes the diff, reviewers look at it part by part in a read-only clone, and only their findings leave it. */
import { join } from "node:path";
import type { Job } from "../domain/job.ts";
import { askJson } from "./ask-json.ts";
import { reportOf, type Asked, type Attempt } from "./attempt.ts";
import { blobSizes } from "./blobs.ts";
import { coverageOf } from "./coverage.ts";
import { readDiff, type FileDiff } from "./diff.ts";
import { partsOf, type DiffPart } from "./diff-parts.ts";
import { tryGit } from "./git.ts";
import { forkPoint } from "./patch.ts";
import { head, plainText } from "./plain-text.ts";
import { JUDGE_FORM, judgePrompt, REVIEW_FORM, reviewPrompt, type ReviewMatter } from "./prompts/review.ts";
import { blankReport, type RawFinding, type RawReport } from "./raw-report.ts";
import { makeReadOnly, makeWritable } from "./read-only.ts";
import { JudgeAnswer, ReviewAnswer } from "./review-answer.ts";

/** Lines around each change that a reviewer is shown. */
const CONTEXT = 10;
const MAX_HOUSE_CHARACTERS = 40_000;
const MAX_LISTED_FILES = 1000;

export async function runReview(attempt: Attempt): Promise<RawReport> {
  const { job, run } = attempt;
  const dir = join(run.inputs.clone, ".git");
  const { base, head: reviewed } = job.start;
  if (reviewed === null) return unable(job, "The job names no head to review.");
  const fork = await forkPoint(dir, base, reviewed);
  if (fork === null) return unable(job, `${reviewed} and its base ${base} have no history in common.`);
  const files = await readDiff(dir, { before: fork, after: reviewed }, CONTEXT);
  if (files.length === 0) return unable(job, "There is no diff to review.");
  const [house, list] = [await houseRules(dir, base), await listOf(dir, files)];

  await makeReadOnly(run.inputs.clone);
  try {
    return await (job.how === "judge" ? judge : review)(attempt, { files, list, house });
  } finally {
    // The next workflow job on this machine must be able to clean up.
    await makeWritable(run.inputs.clone);
  }
}

interface Material {
  files: FileDiff[];
  /** One line per file. */
  list: string;
  house: string | null;
}

/** One reviewer per part; the first that gives no answer is the last, for the review is not whole any more. */
async function review(attempt: Attempt, { files, list, house }: Material): Promise<RawReport> {
  const { job } = attempt;
  const parted = partsOf(files);
  const { parts } = parted;
  const answers: ReviewAnswer[] = [];
  let last: Asked | null = null;
  let missing = "";
  for (const [index, { text }] of parts.entries()) {
    const matter = { job, house, files: list, diff: text, part: index + 1, parts: parts.length };
    const { asked, answer, why } = await askJson(attempt, reviewPrompt(matter), {
      schema: ReviewAnswer,
      form: REVIEW_FORM,
    });
    last = asked;
    missing = why;
    if (answer === null) break;
    answers.push(answer);
  }
  if (last === null) return unable(job, "No part of the diff fits into a review.");
  const report = reportOf(attempt, last);
  if (last.end === "run_cancelled") return report;
  if (answers.length === 0) return last.end === "completed" ? misread(report, missing) : report;
  const unanswered = new Map<DiffPart, string>(parts.slice(answers.length).map((part) => [part, missing]));
  return {
    ...report,
    end: "completed",
    summary: head(
      answers
        .map(summaryOf)
        .filter((text) => text !== "")
        .join("\n\n"),
      8000,
    ),
    findings: joined(answers.flatMap((answer) => answer.findings)),
    coverage: coverageOf(files, parted, unanswered),
  };
}

/** One judge looks at all that is disputed; the diff of those files is shown as far as it fits into one part. */
async function judge(attempt: Attempt, { files, list, house }: Material): Promise<RawReport> {
  const { job } = attempt;
  const cited = new Set(job.findings.flatMap(({ path, sites }) => [path, ...sites.map((site) => site.path)]));
  const { parts } = partsOf(files.filter(({ path }) => cited.has(path)));
  const diff = parts[0]?.text ?? "(none of the cited files is changed by the pull request)";
  const matter: ReviewMatter = { job, house, files: list, diff, part: 1, parts: 1 };
  const { asked, answer, why } = await askJson(attempt, judgePrompt(matter, job.findings), {
    schema: JudgeAnswer,
    form: JUDGE_FORM,
  });
  const report = reportOf(attempt, asked);
  if (asked.end !== "completed") return report;
  if (answer === null) return misread(report, why);
  const named = new Map(job.findings.map(({ n, fingerprint }) => [`F${n}`, fingerprint]));
  const closed = answer.rulings.flatMap(({ id, upheld, evidence }) => {
    const finding = named.get(id);
    return finding === undefined
      ? []
      : [{ finding, how: upheld ? ("upheld" as const) : ("overruled" as const), evidence }];
  });
  return { ...report, summary: answer.summary, findings: [], coverage: [], closed };
}

function unable({ attempt, kind }: Job, summary: string): RawReport {
  return blankReport({ attempt, kind, end: "bad_report", summary });
}

function misread(report: RawReport, why: string): RawReport {
  const summary = `The reviewer's answer could not be read, nor could its second one: ${why}.`;
  return { ...report, end: "bad_report", summary: head(summary, 2000) };
}

/** Two reviewers of neighbouring parts may find the same. */
function joined(findings: readonly RawFinding[]): RawFinding[] {
  const named = findings.map((finding) => {
    const key = JSON.stringify([finding.path, finding.line, finding.title.toLowerCase()]);
    return [key, finding] as const;
  });
  return [...new Map(named.toReversed()).values()].toReversed();
}

function summaryOf({ summary, checklist }: ReviewAnswer): string {
  const checks = (checklist ?? []).map(
    ({ item, ok, evidence }) =>
      `- ${ok ? "met" : "not met"}: ${item}${evidence === "" ? "" : ` (${evidence})`}`,
  );
  return [summary, checks.join("\n")].filter((text) => text !== "").join("\n\n");
}

async function listOf(dir: string, files: readonly FileDiff[]): Promise<string> {
  const listed = files.slice(0, MAX_LISTED_FILES);
  const binary = listed.flatMap((file) => (file.binary && file.oid !== null ? [file.oid] : []));
  const sizes = await blobSizes(dir, [...new Set(binary)]);
  const lines = listed.map((file) => {
    const size = file.binary
      ? `binary, ${sizes.get(file.oid ?? "") ?? 0} bytes`
      : `+${file.added} -${file.removed}`;
    return `${file.status} ${file.path}${file.from === null ? "" : ` (from ${file.from})`}, ${size}`;
  });
  const more = files.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

/** From the base, never from the head: who is judged does not write the rules. */
async function houseRules(dir: string, base: string): Promise<string | null> {
  const found = await tryGit(["cat-file", "blob", `${base}:REVIEW.md`], { dir });
  if (found.exit !== 0) return null;
  return head(plainText(found.stdout.toString("utf8")).trim(), MAX_HOUSE_CHARACTERS) || null;
}
