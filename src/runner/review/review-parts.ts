/** Asks one reviewer per part of a diff, and makes one report of their answers. */
import type { Job } from "../../domain/job.ts";
import { askJson } from "../attempt/ask-json.ts";
import { reportOf, type Asked, type Attempt } from "../attempt/attempt.ts";
import { coverageOf } from "./coverage.ts";
import type { FileDiff } from "../git/diff.ts";
import type { DiffPart, PartedDiff } from "./diff-parts.ts";
import { head } from "../plain-text.ts";
import { REVIEW_FORM } from "../prompts/review.ts";
import { blankReport, type RawFinding, type RawReport } from "../raw-report.ts";
import { ReviewAnswer } from "./review-answer.ts";

/** What reviewers are shown of a pull request. */
export interface Material {
  files: FileDiff[];
  /** One line per file. */
  list: string;
  /** `REVIEW.md` of the base. */
  house: string | null;
}

/** The first that gives no answer is the last, for the review is not whole any more. Parts are counted from 1. */
export async function reviewParts(
  attempt: Attempt,
  by: {
    files: readonly FileDiff[];
    parted: PartedDiff;
    promptFor: (diff: string, part: number) => string;
  },
): Promise<RawReport> {
  const { files, parted, promptFor } = by;
  const { parts } = parted;
  const answers: ReviewAnswer[] = [];
  let last: Asked | null = null;
  let missing = "";
  for (const [index, { text }] of parts.entries()) {
    const { asked, answer, why } = await askJson(attempt, promptFor(text, index + 1), {
      schema: ReviewAnswer,
      form: REVIEW_FORM,
    });
    last = asked;
    missing = why;
    if (answer === null) break;
    answers.push(answer);
  }
  if (last === null) return unable(attempt.job, "No part of the diff fits into a review.");
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

export function unable({ attempt, kind }: Job, summary: string): RawReport {
  return blankReport({ attempt, kind, end: "bad_report", summary });
}

export function misread(report: RawReport, why: string): RawReport {
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
