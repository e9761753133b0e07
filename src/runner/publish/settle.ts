/** Puts the claim of an attempt and what the publisher has found together: the report. */
import type { Job } from "../../domain/job.ts";
import type { Report } from "../../domain/report.ts";
import type { CheckedReview } from "../review/check-review.ts";
import { isAllDisputed } from "../attempt/improve-answer.ts";
import type { JudgedWork } from "./judge-work.ts";
import type { RawReport } from "../raw-report.ts";

/** An attempt is `completed` only with work that changes something, and with a green verify where one was asked for. `before`: patch of the head it began on. */
export function settleWork(
  raw: RawReport,
  { judged, job, before }: { judged: JudgedWork; job: Job; before: string | null },
): Report {
  const claimed = {
    ...raw,
    findings: null,
    coverage: null,
    closed: closedOf(raw, job, ["addressed", "disputed"]),
  };
  if (judged.kind === "broken") return withoutWork({ ...claimed, end: "bad_report", summary: judged.why });
  if (judged.kind === "refused") {
    const summary = "The guard refused the work.";
    return { ...withoutWork(claimed), end: "guard_refused", summary, guard: judged.guard };
  }
  if (judged.kind === "none") return settleNothing(claimed, job);
  // What is unfinished goes on no branch.
  if (judged.kind === "stuck" && claimed.end === "completed")
    return { ...withoutWork(claimed), end: "workflow_permission", summary: judged.why };
  if (claimed.end === "completed" && before !== null && judged.work.patch === before)
    return withoutWork({ ...claimed, ...endWithoutChange(claimed, job) });
  const isUnproven = claimed.end === "completed" && job.verify !== null && claimed.verify?.exit !== 0;
  const end = isUnproven ? "bad_report" : claimed.end;
  const summary = isUnproven
    ? "The attempt says that it is complete, but no green verify came with it."
    : claimed.summary;
  return {
    ...withoutWork({ ...claimed, end, summary }),
    work: { ...judged.work, finished: end === "completed" },
  };
}

/** Nothing but findings, rulings and coverage comes out of a review. */
export function settleReview(raw: RawReport, job: Job, checked: CheckedReview | null): Report {
  const closed = job.how === "judge" ? closedOf(raw, job, ["upheld", "overruled"]) : null;
  const report = withoutWork({ ...raw, closed });
  if (checked !== null && raw.end === "completed") return { ...report, ...checked };
  const isHollow = raw.end === "completed";
  return {
    ...report,
    ...(isHollow
      ? {
          end: "bad_report",
          summary:
            "The review says that it is complete, but it has no findings that could be read, not even none.",
        }
      : {}),
    coverage: null,
  };
}

/** Nothing but its answer comes out of an exploration. */
export function settleExplore(raw: RawReport): Report {
  const report = withoutWork({ ...raw, coverage: null, closed: null });
  if (raw.end !== "completed" || (raw.answer ?? "").trim() !== "") return report;
  return {
    ...report,
    end: "empty_run",
    summary: "The attempt says that it is complete, but there is no answer.",
  };
}

/** The run has found itself what the guard would refuse, and has kept the work to itself. */
export function settleRefused(raw: RawReport): Report {
  return {
    ...withoutWork({ ...raw, coverage: null, closed: null }),
    end: "guard_refused",
    guard: raw.refused,
  };
}

/** What stands in the raw report, without anything that only the publisher can know. */
export function withoutWork(raw: RawReport): Report {
  const { commits: _, findings: __, rebase: ___, refused: ____, ...rest } = raw;
  return { ...rest, findings: null, review: null, rebase: null, work: null, guard: [] };
}

function settleNothing(claimed: RawReport, job: Job): Report {
  if (claimed.commits > 0) {
    const summary = "Commits were announced, but there is no bundle.";
    return withoutWork({ ...claimed, end: "bad_report", summary });
  }
  if (claimed.end === "no_change_needed") return withoutWork({ ...claimed, ...proofOf(claimed, job) });
  return withoutWork(
    claimed.end === "completed" ? { ...claimed, ...endWithoutChange(claimed, job) } : claimed,
  );
}

/** That nothing has to change counts with evidence only, and with a green verify where one was asked for. */
function proofOf({ summary, verify }: RawReport, job: Job): Pick<RawReport, "end" | "summary"> {
  const isProven = summary.trim() !== "" && (job.verify === null || verify?.exit === 0);
  if (isProven) return { end: "no_change_needed", summary };
  return { end: "bad_report", summary: "The attempt says that nothing has to change, but without evidence." };
}

/** An improve attempt may leave everything as it is if it has an argument against everything. */
function endWithoutChange(claimed: RawReport, job: Job): Pick<RawReport, "end" | "summary"> {
  const { kind, closed, summary } = claimed;
  if (kind === "improve" && isAllDisputed(job, closed)) return { end: "completed", summary };
  if (kind === "improve" || kind === "fix") return { end: "unchanged", summary };
  return {
    end: "empty_run",
    summary: "The attempt says that it is complete, but there are no commits.",
  };
}

/** Of what the job asked for, each once, and only in ways that its kind can give. */
function closedOf(
  { closed }: RawReport,
  { findings, feedback }: Job,
  ways: readonly string[],
): Report["closed"] {
  if (closed === null) return null;
  const asked = new Set([...findings.map(({ fingerprint }) => fingerprint), ...feedback.map(({ id }) => id)]);
  const known = closed.filter(({ finding, how }) => asked.has(finding) && ways.includes(how));
  return [...new Map(known.map((one) => [one.finding, one])).values()];
}
