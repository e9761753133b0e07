/** The repository's own commands in an attempt that changes files: `setup` before its agent, `verify` after it. */
import { startIn, type Attempt } from "./attempt.ts";
import { blankReport, type RawReport } from "../raw-report.ts";
import { runShell, type ShellResult } from "./run-shell.ts";

/** Seconds for the repository's own commands; the agent's limit stands in the job. */
const SETUP_SECONDS = 20 * 60;
const VERIFY_SECONDS = 30 * 60;

const SETUP_FAULT =
  "It names a program that cannot be run on the runner: mend `setup` in .github/gza.yml, or choose another `runs-on` in .github/workflows/gza.yml.";

/** Null, or the report of an attempt whose setup did not get through. */
export async function runSetup(attempt: Attempt): Promise<RawReport | null> {
  const { run, job } = attempt;
  if (job.setup === null) return null;
  const numbers = { attempt: job.attempt, kind: job.kind };
  const setup = await runShell(job.setup, { ...shellOf(attempt), limit: SETUP_SECONDS });
  if (run.signal.aborted)
    return blankReport({ ...numbers, end: "run_cancelled", summary: "The workflow run was cancelled." });
  if (setup.exit === 0) return null;
  const summary = `The config's setup command ended with ${setup.exit}.`;
  const report = { ...blankReport({ ...numbers, end: "infrastructure", summary }), last_words: setup.tail };
  // No later try finds what is not installed.
  const isMissing = setup.exit === 126 || setup.exit === 127;
  return isMissing ? { ...report, fault: `${summary} ${SETUP_FAULT}` } : report;
}

export async function runVerify(attempt: Attempt): Promise<ShellResult | null> {
  const { verify } = attempt.job;
  return verify === null ? null : runShell(verify, { ...shellOf(attempt), limit: VERIFY_SECONDS });
}

/** A command that cannot be found or run (126, 127) says nothing about the work. */
export function verdictOf(
  verify: ShellResult | null,
  isCancelled: boolean,
): Partial<Pick<RawReport, "end" | "summary">> {
  if (isCancelled) return { end: "run_cancelled", summary: "The workflow run was cancelled." };
  if (verify === null || verify.exit === 0) return {};
  if (verify.exit === 126 || verify.exit === 127) {
    return {
      end: "infrastructure",
      summary: `The config's verify command cannot be run (exit ${verify.exit}).`,
    };
  }
  return { end: "verify_red", summary: `The config's verify command ended with ${verify.exit}.` };
}

export function shellOf({ run, home, enclosure }: Attempt): Omit<Parameters<typeof runShell>[1], "limit"> {
  const { inputs, print, signal, patience } = run;
  const start = startIn(enclosure);
  return { cwd: inputs.clone, home, print, signal, start, ...(patience === undefined ? {} : { patience }) };
}
