/** A `review` attempt: the runner makes the diff, reviewers look at it part by part in a read-only clone, and only their findings leave it. */
import { join } from "node:path";
import { askJson } from "../attempt/ask-json.ts";
import { reportOf, type Attempt } from "../attempt/attempt.ts";
import { blobSizes } from "../git/blobs.ts";
import { readDiff, type FileDiff } from "../git/diff.ts";
import { partsOf } from "./diff-parts.ts";
import { tryGit } from "../git/git.ts";
import { forkPoint } from "../git/patch.ts";
import { head, plainText } from "../plain-text.ts";
import { JUDGE_FORM, judgePrompt, reviewPrompt, type ReviewMatter } from "../prompts/review.ts";
import type { RawReport } from "../raw-report.ts";
import { makeReadOnly, makeWritable } from "../git/read-only.ts";
import { JudgeAnswer } from "./review-answer.ts";
import { misread, reviewParts, unable, type Material } from "./review-parts.ts";
import { changeOf, reviewChange } from "./review-range.ts";

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
  const material = { files, list: await listOf(dir, files), house: await houseRules(dir, base) };
  const change = job.how === "range" ? await changeOf(dir, { job, head: reviewed, fork, files }) : null;
  if (change !== null && change.kind !== "changed") return change.report;

  await makeReadOnly(run.inputs.clone);
  try {
    if (change !== null) return await reviewChange(attempt, material, change);
    return await (job.how === "judge" ? judge : review)(attempt, material);
  } finally {
    // The next workflow job on this machine must be able to clean up.
    await makeWritable(run.inputs.clone);
  }
}

function review(attempt: Attempt, { files, list, house }: Material): Promise<RawReport> {
  const parted = partsOf(files);
  const parts = parted.parts.length;
  const promptFor = (diff: string, part: number): string =>
    reviewPrompt({ job: attempt.job, house, files: list, diff, part, parts });
  return reviewParts(attempt, { files, parted, promptFor });
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
