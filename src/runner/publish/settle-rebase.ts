/** Puts the claim of a rebase and what the publisher has found together: a rebase is whole, or nothing came of it. */
import type { Job } from "../../domain/job.ts";
import type { Report } from "../../domain/report.ts";
import type { JudgedRebase } from "./judge-rebase.ts";
import type { RawReport } from "../raw-report.ts";
import { withoutWork } from "./settle.ts";

/** There is never unfinished work: the branch has not moved, so the next attempt begins where this one did. */
export function settleRebase(raw: RawReport, job: Job, found: JudgedRebase): Report {
  const claimed = { ...raw, coverage: null, closed: null, session: false };
  if (found.kind === "unable") {
    const { end, why, fault } = found;
    return withoutWork({ ...claimed, end, summary: why, fault });
  }
  const { judged, isUpToDate, rebase } = found;
  const report: Report = { ...withoutWork(claimed), rebase };
  if (raw.end !== "completed") return report;
  if (rebase === null) return bad(report, "The rebase says that it is complete, but not what it did.");
  if (rebase.by === "nothing")
    return isUpToDate
      ? report
      : bad(report, "The rebase says that nothing had to be done, but the base has gone on.");
  if (isUpToDate) return bad(report, "The branch stood on its base already, so there was nothing to rebase.");
  if (judged.kind === "broken") return bad(report, judged.why);
  if (judged.kind === "refused")
    return { ...report, end: "guard_refused", summary: "The guard refused the work.", guard: judged.guard };
  if (judged.kind === "none")
    return bad(report, "The rebase says that it is complete, but there are no commits.");
  if (judged.work.files === 0)
    return bad(report, "The rebase says that it is complete, but nothing of the branch is left.");
  if (job.verify !== null && raw.verify?.exit !== 0)
    return bad(report, "The rebase says that it is complete, but no green verify came with it.");
  return { ...report, work: { ...judged.work, finished: true } };
}

function bad(report: Report, summary: string): Report {
  return { ...report, end: "bad_report", summary };
}
