/** Reads why a check failed: the end of its log, or what its App says about it; cleaned, cut, and read once. */
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { cleanPlain } from "../domain/clean.ts";
import type { CheckFacts } from "../domain/snapshot.ts";
import type { Client, RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";

/** More failed checks than these mostly have one cause. */
const MAX_CHECKS = 5;
const MAX_LINES = 200;
const MAX_CHARACTERS = 16_000;
/** After the last line that GitHub marks as an error comes clean-up. */
const LINES_AFTER_ERROR = 20;
const MAX_KEPT = 200;

const CheckRun = z.looseObject({
  output: z.looseObject({
    title: z.string().nullable(),
    summary: z.string().nullable(),
    text: z.string().nullable(),
  }),
});
const Annotations = z.array(
  z.looseObject({ path: z.string(), start_line: z.number(), message: z.string().nullable() }),
);

/** What was read of completed check runs, which do not change any more, by repository and check run. */
export type Logs = Map<string, string>;

/** The checks, those of others that failed with their logs. */
export async function withLogs(
  client: Client,
  place: RepositoryKey,
  { checks, logs }: { checks: readonly CheckFacts[]; logs: Logs },
): Promise<CheckFacts[]> {
  const isRequired = checks.some(({ required, own }) => required && !own);
  const failed = checks
    .filter((check) => !check.own && hasFailed(check.outcome) && (check.required || !isRequired))
    .slice(0, MAX_CHECKS);
  const read = new Map<CheckFacts, string>();
  for (const check of failed) read.set(check, await logOf(client, place, { check, logs }));
  return checks.map((check) => ({ ...check, log: read.get(check) ?? null }));
}

/** The end of a log as an agent may read it: no timestamps, no colours, nothing hidden, around its last error. */
export function trimLog(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => stripVTControlCharacters(line.replace(/^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/, "")));
  const error = lines.findLastIndex((line) => line.startsWith("##[error]"));
  const end = error === -1 ? lines.length : Math.min(lines.length, error + 1 + LINES_AFTER_ERROR);
  const shown = lines.slice(Math.max(0, end - MAX_LINES), end).join("\n");
  return cleanPlain(shown.slice(-MAX_CHARACTERS), MAX_CHARACTERS).text;
}

function hasFailed(outcome: string): boolean {
  return [
    "failure",
    "error",
    "timed_out",
    "startup_failure",
    "action_required",
    "cancelled",
    "stale",
  ].includes(outcome);
}

async function logOf(
  client: Client,
  place: RepositoryKey,
  { check: { id, run, log: line }, logs }: { check: CheckFacts; logs: Logs },
): Promise<string> {
  if (id === null) return trimLog(line ?? "");
  const name = `${place.id} ${id}`;
  const known = logs.get(name);
  if (known !== undefined) return known;
  const read = run === null ? await wordsOf(client, place, id) : await jobLog(client, place, id);
  // One that is not there may only be late: GitHub shows it a moment after the end.
  if (read === "") return read;
  logs.set(name, read);
  for (const [oldest] of logs) {
    if (logs.size <= MAX_KEPT) break;
    logs.delete(oldest);
  }
  return read;
}

/** https://docs.github.com/en/rest/actions/workflow-jobs: a check run of Actions has the id of its workflow job; logs expire. */
async function jobLog(client: Client, { owner, name }: RepositoryKey, id: number): Promise<string> {
  try {
    const route = "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs";
    const response: { data: unknown } = await client.request(route, { owner, repo: name, job_id: id });
    return typeof response.data === "string" ? trimLog(response.data) : "";
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 410) return "";
    throw error;
  }
}

async function wordsOf(client: Client, { owner, name }: RepositoryKey, id: number): Promise<string> {
  const where = { owner, repo: name, check_run_id: id };
  const run = await client.request("GET /repos/{owner}/{repo}/check-runs/{check_run_id}", where);
  const { output } = CheckRun.parse(run.data);
  const route = "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations";
  const listed = await client.request(route, { ...where, per_page: 20 });
  const notes = Annotations.parse(listed.data).map(
    ({ path, start_line: line, message }) => `${path}:${line}: ${message ?? ""}`,
  );
  return trimLog(
    [output.title, output.summary, output.text, ...notes].filter((part) => part !== null).join("\n"),
  );
}
