/** Finds the workflow run of an attempt, by its id or by the J in its name. */
import { z } from "zod";
import { runName, WORKFLOW_FILE, WORKFLOW_PATH } from "../domain/names.ts";
import type { RunFacts } from "../domain/snapshot.ts";
import { Sha, type Instant } from "../domain/task.ts";
import type { Client, RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";

const Run = z.looseObject({
  id: z.number(),
  display_title: z.string(),
  html_url: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  created_at: z.string(),
  path: z.string(),
  event: z.string(),
  head_branch: z.string().nullable(),
  head_sha: Sha,
  actor: z.looseObject({ id: z.number() }).nullish(),
  triggering_actor: z.looseObject({ id: z.number() }).nullish(),
});
type Run = z.infer<typeof Run>;

/** What makes a run the one that the App dispatched. */
export interface Dispatcher {
  defaultBranch: string;
  /** Account id of the App's bot. */
  bot: number;
}

export interface WantedRun {
  issue: number;
  job: Sha;
  /** The default branch's tip when the attempt was claimed. */
  base: Sha;
  /** The run's id, when somebody knows it. */
  id: number | null;
  /** It cannot be older than this. */
  since: Instant;
}

/** Two hundred runs of one workflow in the time that an attempt takes to appear are more than GitHub starts. */
const PAGES = 3;

export async function findRun(
  client: Client,
  repository: RepositoryKey,
  { wanted, dispatcher }: { wanted: WantedRun; dispatcher: Dispatcher },
): Promise<RunFacts | null> {
  const found =
    wanted.id === null
      ? await byName(client, repository, wanted)
      : [await byId(client, repository, wanted.id)];
  const facts = found.flatMap((run) => (run === null ? [] : [runFacts(run, dispatcher, wanted.base)]));
  // Anybody who may write can start a run of the same name.
  return facts.find(({ genuine }) => genuine) ?? facts[0] ?? null;
}

/** The App's own run as it stands when GitHub has just started it. `repository`: its address. */
export function dispatchedRun({
  id,
  repository,
  now,
}: {
  id: number;
  repository: string;
  now: Instant;
}): RunFacts {
  const url = `${repository}/actions/runs/${id}`;
  return { id, url, status: "queued", conclusion: null, createdAt: now, genuine: true };
}

async function byId(client: Client, { owner, name }: RepositoryKey, id: number): Promise<Run | null> {
  try {
    const response = await client.request("GET /repos/{owner}/{repo}/actions/runs/{run_id}", {
      owner,
      repo: name,
      run_id: id,
    });
    return Run.parse(response.data);
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** All of that name, the newest first. */
async function byName(client: Client, { owner, name }: RepositoryKey, wanted: WantedRun): Promise<Run[]> {
  const title = runName(wanted.issue, wanted.job);
  const found: Run[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const runs = await listRuns(client, { owner, repo: name, page, created: `>=${secondsOf(wanted.since)}` });
    found.push(...runs.filter(({ display_title }) => display_title === title));
    if (runs.length < 100) break;
  }
  return found;
}

async function listRuns(
  client: Client,
  where: { owner: string; repo: string; page: number; created: string },
): Promise<Run[]> {
  try {
    const response = await client.request("GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", {
      ...where,
      workflow_id: WORKFLOW_FILE,
      event: "workflow_dispatch",
      per_page: 100,
    });
    return z.looseObject({ workflow_runs: z.array(Run) }).parse(response.data).workflow_runs;
  } catch (error) {
    // The workflow file is not there (any more): then nothing runs.
    if (statusOf(error) === 404) return [];
    throw error;
  }
}

function runFacts(run: Run, { defaultBranch, bot }: Dispatcher, base: Sha): RunFacts {
  return {
    id: run.id,
    url: run.html_url,
    status: statusWord(run.status),
    conclusion: run.conclusion,
    createdAt: run.created_at,
    genuine:
      // GitHub may append `@<ref>` to the path.
      run.path.split("@", 1)[0] === WORKFLOW_PATH &&
      run.event === "workflow_dispatch" &&
      // By its commit where the default branch has got another name since.
      (run.head_branch === defaultBranch || run.head_sha === base) &&
      run.actor?.id === bot &&
      (run.triggering_actor ?? run.actor).id === bot,
  };
}

/** `requested`, `waiting` and `pending` are ways of being queued. */
function statusWord(status: string | null): RunFacts["status"] {
  if (status === "completed" || status === "in_progress") return status;
  return "queued";
}

/** GitHub's search takes no fractions of a second. */
function secondsOf(instant: Instant): string {
  return `${new Date(Date.parse(instant) - 60_000).toISOString().slice(0, 19)}Z`;
}
