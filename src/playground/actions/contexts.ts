/** The contexts that expressions see, and the variables that steps see, from one list of facts about the run. */
import { dirname } from "node:path";
import type { World } from "../model/world.ts";
import { fullName, userById } from "../world.ts";
import type { Scope, Status } from "./expression.ts";
import type { LiveRun } from "./live.ts";

/** The documented facts of the `github` context that are also `GITHUB_*` variables, by their lower-case name. */
export function runFacts(world: World, live: Pick<LiveRun, "repository" | "run">): Record<string, string> {
  const { repository, run } = live;
  const name = fullName(world, repository);
  const owner = userById(world, repository.ownerId);
  const pull = run.event.startsWith("pull_request") ? run.payload["pull_request"] : undefined;
  const { head, base } = (pull ?? {}) as { head?: { ref?: string }; base?: { ref?: string } };
  return {
    actor: userById(world, run.actorId).login,
    actor_id: String(run.actorId),
    triggering_actor: userById(world, run.triggeringActorId).login,
    api_url: `${world.url}/api/v3`,
    graphql_url: `${world.url}/api/graphql`,
    server_url: world.serverUrl,
    repository: name,
    repository_id: String(repository.id),
    repository_owner: owner.login,
    repository_owner_id: String(owner.id),
    event_name: run.event,
    ref: run.ref,
    ref_name: run.ref.replace(/^refs\/(?:heads|tags|pull)\//, ""),
    ref_type: run.ref.startsWith("refs/tags/") ? "tag" : "branch",
    ref_protected: String(repository.protections.some(({ pattern }) => `refs/heads/${pattern}` === run.ref)),
    head_ref: head?.ref ?? "",
    base_ref: base?.ref ?? "",
    sha: run.sha,
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(run.attempt),
    retention_days: "90",
    workflow: run.name,
    workflow_ref: `${name}/${run.path}@${run.ref}`,
    workflow_sha: run.workflowSha,
  };
}

/** What `run-name`, `concurrency` and the `if` of a job may look at. */
export function runScope(
  world: World,
  live: Pick<LiveRun, "repository" | "run" | "definition">,
  more: { contexts?: Record<string, unknown>; status?: Status } = {},
): Scope {
  const { repository, run } = live;
  return {
    contexts: {
      github: { ...runFacts(world, live), event: run.payload },
      inputs: typedInputs(live),
      vars: repository.actions.variables,
      ...more.contexts,
    },
    status: more.status ?? { success: true, failure: false, cancelled: false },
    workspace: null,
  };
}

/** `inputs` keeps the declared types; `github.event.inputs` has texts. */
export function typedInputs({
  run,
  definition,
}: Pick<LiveRun, "run" | "definition">): Record<string, unknown> {
  const declared = definition.events.workflow_dispatch?.inputs ?? {};
  return Object.fromEntries(
    Object.entries(run.inputs).map(([name, value]) => {
      const type: string | undefined = declared[name]?.type;
      return [name, type === "boolean" ? value === "true" : value];
    }),
  );
}

/** All that a step inherits: a scrubbed machine, never the environment of the playground itself. */
export function baseEnvironment(
  world: World,
  live: LiveRun,
  folders: { home: string; temp: string; tools: string; workspace: string; event: string },
): Record<string, string> {
  const facts = Object.entries(runFacts(world, live)).map(([name, value]) => [
    `GITHUB_${name.toUpperCase()}`,
    value,
  ]);
  return {
    HOME: folders.home,
    LANG: "C.UTF-8",
    CI: "true",
    GITHUB_ACTIONS: "true",
    ...Object.fromEntries(facts),
    GITHUB_WORKSPACE: folders.workspace,
    GITHUB_EVENT_PATH: folders.event,
    ...Object.fromEntries(
      Object.entries(runnerFacts(folders)).map(([name, value]) => [`RUNNER_${name.toUpperCase()}`, value]),
    ),
  };
}

export function runnerFacts(folders: {
  temp: string;
  tools: string;
  workspace: string;
}): Record<string, string> {
  return {
    os: process.platform === "darwin" ? "macOS" : process.platform === "win32" ? "Windows" : "Linux",
    arch: process.arch.toUpperCase(),
    name: "playground",
    environment: "github-hosted",
    temp: folders.temp,
    tool_cache: folders.tools,
    workspace: dirname(folders.workspace),
  };
}

/** The Node that runs the playground comes first, so that `node` in a step is at least as new. */
export function machinePath(): string {
  return [dirname(process.execPath), process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(":");
}
