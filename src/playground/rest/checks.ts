/** REST: check runs and check suites. */
import type { Context } from "hono";
import { z } from "zod";
import { demand } from "../access.ts";
import {
  body,
  json,
  numberParam,
  paginate,
  param,
  repositoryOf,
  tokenOf,
  type Api,
  type Env,
} from "../api.ts";
import {
  createCheckRun,
  findCheckRun,
  findSuite,
  rerequestCheckRun,
  updateCheckRun,
  type CheckChange,
} from "../checks.ts";
import { ApiError } from "../errors.ts";
import { resolve } from "../git/objects.ts";
import { latestChecks } from "../latest-checks.ts";
import type { CheckRun } from "../model/checks.ts";
import type { Token } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { annotationJson, checkRunJson, checkSuiteJson } from "../shapes/check.ts";
import { ACTIONS_APP_ID } from "../world.ts";

/** GitHub's limits for one request. */
const MAX_TEXT = 65_535;
const MAX_ANNOTATIONS = 50;

const Annotation = z.object({
  path: z.string(),
  start_line: z.number().int(),
  end_line: z.number().int(),
  start_column: z.number().int().nullish(),
  end_column: z.number().int().nullish(),
  annotation_level: z.enum(["notice", "warning", "failure"]),
  message: z.string(),
  title: z.string().nullish(),
  raw_details: z.string().nullish(),
});

const Output = z.object({
  title: z.string().optional(),
  summary: z.string(),
  text: z.string().nullish(),
  annotations: z.array(Annotation).default([]),
});

const Change = z.object({
  name: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  conclusion: z
    .enum(["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required", "stale"])
    .optional(),
  external_id: z.string().optional(),
  details_url: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: Output.optional(),
});

const NewCheck = Change.extend({
  name: z.string(),
  head_sha: z.string(),
  output: Output.extend({ title: z.string() }).optional(),
});

export function checksRoutes(api: Api): void {
  const { routes, world } = api;
  const runs = "/repos/:owner/:repo/check-runs";

  routes.post(runs, async (c) => {
    const repository = repositoryOf(api, c);
    const token = appTokenOf(world, c, repository);
    const input = await body(c, NewCheck);
    const headSha = await commitOf(repository, input.head_sha);
    const appId = appIdOf(world, token);
    const run = createCheckRun(world, repository, {
      ...changeOf(input, token),
      name: input.name,
      appId,
      headSha,
    });
    return json(c, checkRunJson(world, repository, run), 201);
  });
  routes.patch(`${runs}/:id`, async (c) => {
    const repository = repositoryOf(api, c);
    const token = appTokenOf(world, c, repository);
    const { id, appId } = findCheckRun(repository, numberParam(c, "id"));
    if (appId !== appIdOf(world, token)) {
      throw new ApiError(
        403,
        `Invalid app_id \`${appId}\` - check run can only be modified by the GitHub App that created it.`,
      );
    }
    const run = updateCheckRun(world, repository, id, changeOf(await body(c, Change), token));
    return json(c, checkRunJson(world, repository, run));
  });
  routes.get(`${runs}/:id`, (c) => {
    const repository = readable(api, c);
    return json(c, checkRunJson(world, repository, findCheckRun(repository, numberParam(c, "id"))));
  });
  routes.get(`${runs}/:id/annotations`, (c) => {
    const repository = readable(api, c);
    const run = findCheckRun(repository, numberParam(c, "id"));
    const shown = paginate(c, run.annotations);
    return json(
      c,
      shown.map((annotation) => annotationJson(world, repository, { run, annotation })),
    );
  });
  routes.post(`${runs}/:id/rerequest`, (c) => {
    const repository = repositoryOf(api, c);
    const token = tokenOf(c);
    demand(world, token, { repository, permission: "checks", access: "write" });
    const run = findCheckRun(repository, numberParam(c, "id"));
    // GitHub's description: forbidden to an App if the check run is not its own.
    if (token.permissions !== null && run.appId !== appIdOf(world, token))
      throw new ApiError(403, "This check run is not rerequestable");
    rerequestCheckRun(world, repository, { run, token });
    return json(c, {}, 201);
  });
  routes.get("/repos/:owner/:repo/check-suites/:id", (c) => {
    const repository = readable(api, c);
    return json(c, checkSuiteJson(world, repository, findSuite(repository, numberParam(c, "id"))));
  });
  routes.get("/repos/:owner/:repo/check-suites/:id/check-runs", (c) => {
    const repository = readable(api, c);
    const suite = findSuite(repository, numberParam(c, "id"));
    return json(
      c,
      runList(c, {
        world,
        repository,
        runs: repository.checks.filter(({ suiteId }) => suiteId === suite.id),
      }),
    );
  });
  routes.get("/repos/:owner/:repo/commits/:ref{.+}/check-runs", async (c) => {
    const repository = readable(api, c);
    const sha = await commitOf(repository, param(c, "ref"));
    return json(
      c,
      runList(c, { world, repository, runs: repository.checks.filter(({ headSha }) => headSha === sha) }),
    );
  });
  routes.get("/repos/:owner/:repo/commits/:ref{.+}/check-suites", async (c) => {
    const repository = readable(api, c);
    const sha = await commitOf(repository, param(c, "ref"));
    const appId = c.req.query("app_id");
    const suites = repository.suites.filter(
      (suite) => suite.headSha === sha && (appId === undefined || suite.appId === Number(appId)),
    );
    const shown = paginate(c, suites).map((suite) => checkSuiteJson(world, repository, suite));
    return json(c, { total_count: suites.length, check_suites: shown });
  });
}

/** The oid of a revision; 422 in GitHub's words when no commit has it. */
export async function commitOf(repository: Repository, revision: string): Promise<string> {
  const oid =
    (await resolve(repository, `${revision}^{commit}`)) ??
    (await resolve(repository, `refs/${revision}^{commit}`));
  if (oid === null) throw new ApiError(422, `No commit found for SHA: ${revision}`);
  return oid;
}

function readable(api: Api, c: Context<Env>): Repository {
  const repository = repositoryOf(api, c);
  demand(api.world, c.get("token"), { repository, permission: "checks", access: "read" });
  return repository;
}

/** Check runs are written by Apps only, of which a workflow's token is one. */
function appTokenOf(world: World, c: Context<Env>, repository: Repository): Token {
  const token = tokenOf(c);
  if (token.permissions === null) throw new ApiError(403, "You must authenticate via a GitHub App.");
  demand(world, token, { repository, permission: "checks", access: "write" });
  return token;
}

function appIdOf(world: World, token: Token): number {
  if (token.installationId === null) return ACTIONS_APP_ID;
  const installation = world.installations.get(token.installationId);
  if (!installation) throw new ApiError(401, "Bad credentials");
  return installation.appId;
}

function changeOf(input: z.output<typeof Change>, token: Token): CheckChange {
  if (input.status === "completed" && !input.conclusion) throw invalid('"conclusion" wasn\'t supplied.');
  const { output } = input;
  for (const text of [output?.summary, output?.text]) {
    if (text && text.length > MAX_TEXT)
      throw invalid(`Only ${MAX_TEXT} characters are allowed; ${text.length} were supplied.`);
  }
  const annotations = output?.annotations ?? [];
  if (annotations.length > MAX_ANNOTATIONS) {
    throw invalid(`No more than ${MAX_ANNOTATIONS} items are allowed; ${annotations.length} were supplied.`);
  }
  return {
    name: input.name,
    status: input.status,
    conclusion: input.conclusion,
    externalId: input.external_id,
    detailsUrl: input.details_url,
    startedAt: input.started_at,
    completedAt: input.completed_at,
    output: output && {
      summary: output.summary,
      ...(output.title === undefined ? {} : { title: output.title }),
      ...(output.text === undefined ? {} : { text: output.text }),
    },
    annotations: annotations.map((given) => ({
      path: given.path,
      startLine: given.start_line,
      endLine: given.end_line,
      startColumn: given.start_column ?? null,
      endColumn: given.end_column ?? null,
      level: given.annotation_level,
      message: given.message,
      title: given.title ?? null,
      rawDetails: given.raw_details ?? null,
    })),
    token,
  };
}

function invalid(text: string): ApiError {
  return new ApiError(422, `Invalid request.\n\n${text}`);
}

/** By default only the newest check run of each name in each suite. */
function runList(
  c: Context<Env>,
  { world, repository, runs }: { world: World; repository: Repository; runs: CheckRun[] },
): { total_count: number; check_runs: ReturnType<typeof checkRunJson>[] } {
  const { check_name: name, status, app_id: appId, filter = "latest" } = c.req.query();
  const chosen = (filter === "all" ? runs : latestChecks(repository, runs)).filter(
    (run) =>
      (name === undefined || run.name === name) &&
      (status === undefined || run.status === status) &&
      (appId === undefined || run.appId === Number(appId)),
  );
  const shown = paginate(c, chosen).map((run) => checkRunJson(world, repository, run));
  return { total_count: chosen.length, check_runs: shown };
}
