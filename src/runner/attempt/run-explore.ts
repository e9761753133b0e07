/** An `explore` attempt: an agent looks at a read-only clone and answers; nothing but its answer leaves the run. */
import { ask, reportOf, type Attempt } from "./attempt.ts";
import { explorePrompt } from "../prompts/explore.ts";
import { head } from "../plain-text.ts";
import type { RawReport } from "../raw-report.ts";
import { makeReadOnly, makeWritable } from "../git/read-only.ts";

const MAX_ANSWER = 20_000;

export async function runExplore(attempt: Attempt): Promise<RawReport> {
  const { job, run } = attempt;
  await makeReadOnly(run.inputs.clone);
  try {
    const asked = await ask(attempt, explorePrompt(job), "work");
    const report = reportOf(attempt, asked);
    if (asked.end !== "completed") return report;
    const answer = head(asked.words.trim(), MAX_ANSWER);
    return answer === ""
      ? { ...report, end: "empty_run", summary: "The agent finished without an answer." }
      : { ...report, answer };
  } finally {
    // The next workflow job on this machine must be able to clean up.
    await makeWritable(run.inputs.clone);
  }
}
