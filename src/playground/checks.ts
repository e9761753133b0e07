/** Check suites and check runs: made and moved on, with their webhooks. */
import { appById } from "./apps.ts";
import { ApiError } from "./errors.ts";
import type { CheckAnnotation, CheckRun, CheckStatus, CheckSuite, Conclusion } from "./model/checks.ts";
import type { Token } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { checkRunJson, checkSuiteJson } from "./shapes/check.ts";
import { emit, instant, newId } from "./world.ts";

export interface CheckChange {
  name?: string | undefined;
  status?: CheckStatus | undefined;
  /** Given, it makes the check run completed. */
  conclusion?: Conclusion | null | undefined;
  externalId?: string | undefined;
  detailsUrl?: string | undefined;
  startedAt?: string | undefined;
  completedAt?: string | undefined;
  output?: Partial<CheckRun["output"]> | undefined;
  /** Added to those that are there. */
  annotations?: CheckAnnotation[] | undefined;
  token: Token | null;
}

export interface CheckInput extends CheckChange {
  /** Left out: a new one. A workflow job and its check run share theirs, as on GitHub. */
  id?: number | undefined;
  appId: number;
  name: string;
  headSha: string;
  headBranch?: string | null | undefined;
  /** Left out: the App's suite for that commit, made when there is none. */
  suiteId?: number | undefined;
}

/** Emits `check_run.created`, and `completed` when it is that from the start. */
export function createCheckRun(world: World, repository: Repository, input: CheckInput): CheckRun {
  const suite = suiteFor(world, repository, input);
  const run: CheckRun = {
    id: input.id ?? newId(world),
    suiteId: suite.id,
    appId: input.appId,
    name: input.name,
    headSha: input.headSha,
    status: "queued",
    conclusion: null,
    externalId: "",
    detailsUrl: null,
    startedAt: instant(world),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
  };
  repository.checks.push(run);
  apply(world, run, input);
  tellRun(world, repository, { run, action: "created", token: input.token });
  if (run.status === "completed") tellCompleted(world, repository, { run, suite, token: input.token });
  return run;
}

/** Emits `check_run.completed` when it becomes that, and `check_suite.completed` with the last one of its suite. */
export function updateCheckRun(
  world: World,
  repository: Repository,
  id: number,
  change: CheckChange,
): CheckRun {
  const run = findCheckRun(repository, id);
  const suite = findSuite(repository, run.suiteId);
  const was = run.status;
  apply(world, run, change);
  suite.updatedAt = instant(world);
  if (run.status === "completed" && was !== "completed")
    tellCompleted(world, repository, { run, suite, token: change.token });
  return run;
}

/** A suite of its own, as every workflow run has one. */
export function createSuite(
  world: World,
  repository: Repository,
  { appId, headSha, headBranch }: { appId: number; headSha: string; headBranch: string | null },
): CheckSuite {
  const now = instant(world);
  const suite: CheckSuite = { id: newId(world), headSha, headBranch, appId, createdAt: now, updatedAt: now };
  repository.suites.push(suite);
  return suite;
}

/** 404 when there is none. */
export function findCheckRun(repository: Repository, id: number): CheckRun {
  const run = repository.checks.find((candidate) => candidate.id === id);
  if (!run) throw new ApiError(404, "Not Found");
  return run;
}

/** 404 when there is none. */
export function findSuite(repository: Repository, id: number): CheckSuite {
  const suite = repository.suites.find((candidate) => candidate.id === id);
  if (!suite) throw new ApiError(404, "Not Found");
  return suite;
}

/** Emits `check_run.rerequested`, which only the App that made the check run hears. The check run stays as it is. */
export function rerequestCheckRun(
  world: World,
  repository: Repository,
  { run, token }: { run: CheckRun; token: Token },
): void {
  tellRun(world, repository, { run, action: "rerequested", token });
}

/** The App's own suite for a commit; those of workflow runs are never shared. */
function suiteFor(world: World, repository: Repository, input: CheckInput): CheckSuite {
  if (input.suiteId !== undefined) return findSuite(repository, input.suiteId);
  const known = repository.suites.find(
    ({ headSha, appId }) => headSha === input.headSha && appId === input.appId,
  );
  return (
    known ??
    createSuite(world, repository, {
      ...input,
      headBranch: input.headBranch ?? branchOf(repository, input.headSha),
    })
  );
}

function branchOf(repository: Repository, sha: string): string | null {
  return [...repository.issues.values()].find(({ pull }) => pull?.headSha === sha)?.pull?.headRef ?? null;
}

function apply(world: World, run: CheckRun, change: CheckChange): void {
  run.name = change.name ?? run.name;
  run.externalId = change.externalId ?? run.externalId;
  run.detailsUrl = change.detailsUrl ?? run.detailsUrl;
  run.startedAt = change.startedAt ?? run.startedAt;
  run.output = { ...run.output, ...change.output };
  run.annotations.push(...(change.annotations ?? []));
  run.status = change.conclusion ? "completed" : (change.status ?? run.status);
  run.conclusion = run.status === "completed" ? (change.conclusion ?? run.conclusion) : null;
  run.completedAt =
    run.status === "completed" ? (change.completedAt ?? run.completedAt ?? instant(world)) : null;
}

interface Telling {
  run: CheckRun;
  token: Token | null;
}

function tellRun(
  world: World,
  repository: Repository,
  { run, token, action }: Telling & { action: string },
): void {
  const senderId = action === "rerequested" && token ? token.userId : appById(world, run.appId).botId;
  const payload = { check_run: checkRunJson(world, repository, run) };
  emit(world, { name: "check_run", action, repository, senderId, token, payload });
}

function tellCompleted(
  world: World,
  repository: Repository,
  { run, token, suite }: Telling & { suite: CheckSuite },
): void {
  tellRun(world, repository, { run, token, action: "completed" });
  const runs = repository.checks.filter(({ suiteId }) => suiteId === suite.id);
  const ofWorkflow = repository.runs.find(({ suiteId }) => suiteId === suite.id);
  if (ofWorkflow || runs.some(({ status }) => status !== "completed")) return;
  tellSuite(world, repository, { suite, token });
}

/** Emits `check_suite.completed`; a workflow run says itself when it is over, for its jobs come one after another. */
export function tellSuite(
  world: World,
  repository: Repository,
  { suite, token }: { suite: CheckSuite; token: Token | null },
): void {
  const payload = { check_suite: checkSuiteJson(world, repository, suite) };
  const senderId = appById(world, suite.appId).botId;
  emit(world, { name: "check_suite", action: "completed", repository, senderId, token, payload });
}
