/** `workflow_dispatch`: checks what the caller gives against what the workflow declares, in GitHub's words. */
import { ApiError } from "../errors.ts";
import { resolve } from "../git/objects.ts";
import type { Workflow, WorkflowRun } from "../model/actions.ts";
import type { Token } from "../model/people.ts";
import type { Happening, Repository } from "../model/world.ts";
import { payloadOf } from "../shapes/payload.ts";
import type { Engine } from "./live.ts";
import { createRun } from "./runs.ts";
import { workflowFile, workflowFiles } from "./workflows.ts";

export interface DispatchRequest {
  /** Id, file name or path. */
  workflow: string | number;
  /** Branch or tag, short or full. */
  ref: string;
  inputs: Record<string, string>;
  actorId: number;
  token: Token | null;
}

const MOST_INPUTS = 25;
const MOST_CHARACTERS = 65_535;

interface DeclaredInput {
  type: string;
  required?: boolean;
  default?: string | number | boolean;
  options?: string[];
}

/** The workflow must stand on the default branch; the run uses its file at `ref`. */
export async function dispatch(
  engine: Engine,
  repository: Repository,
  request: DispatchRequest,
): Promise<WorkflowRun> {
  const { world } = engine;
  if (!repository.actions.enabled) throw new ApiError(422, "Actions has been disabled for this repository.");
  const workflow = await findWorkflow(engine, repository, request.workflow);
  if (workflow.state !== "active")
    throw new ApiError(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  const { ref, sha } = await findRef(repository, request.ref);
  const file = await workflowFile(world, repository, { revision: sha, path: workflow.path });
  if (file && !file.read.ok)
    throw new ApiError(422, `failed to parse workflow: ${faultsOf(workflow.path, file.read.errors)}`);
  if (!file?.read.ok || !file.read.definition.events.workflow_dispatch)
    throw new ApiError(422, "Workflow does not have 'workflow_dispatch' trigger");
  const declared = (file.read.definition.events.workflow_dispatch.inputs ?? {}) as Record<
    string,
    DeclaredInput
  >;
  const inputs = checkedInputs(declared, request.inputs);
  const happening: Happening = {
    name: "workflow_dispatch",
    action: null,
    repository,
    senderId: request.actorId,
    payload: { inputs, ref, workflow: workflow.path },
    token: request.token,
  };
  return createRun(engine, file, {
    repository,
    event: "workflow_dispatch",
    payload: payloadOf(world, happening, null),
    inputs,
    actorId: request.actorId,
    ref,
    sha,
    workflowSha: sha,
    headBranch: ref.replace(/^refs\/(?:heads|tags)\//, ""),
    headSha: sha,
    pullNumber: null,
  });
}

/** Where in the file and what, without the name of the file, which the parser puts first. */
function faultsOf(path: string, errors: readonly string[]): string {
  return errors.map((error) => (error.startsWith(path) ? error.slice(path.length).trim() : error)).join(", ");
}

async function findWorkflow(
  engine: Engine,
  repository: Repository,
  wanted: string | number,
): Promise<Workflow> {
  const files = await workflowFiles(engine.world, repository, `refs/heads/${repository.defaultBranch}`);
  const found = files.find(
    ({ workflow: { id, path } }) =>
      String(id) === String(wanted) || path === wanted || path === `.github/workflows/${wanted}`,
  );
  if (!found) throw new ApiError(404, "Not Found");
  return found.workflow;
}

async function findRef(repository: Repository, asked: string): Promise<{ ref: string; sha: string }> {
  const names = asked.startsWith("refs/") ? [asked] : [`refs/heads/${asked}`, `refs/tags/${asked}`];
  for (const ref of names) {
    const sha = /^refs\/(?:heads|tags)\//.test(ref) ? await resolve(repository, `${ref}^{commit}`) : null;
    if (sha !== null) return { ref, sha };
  }
  throw new ApiError(422, `No ref found for: ${asked}`);
}

/** Given inputs over defaults. */
function checkedInputs(
  declared: Record<string, DeclaredInput>,
  given: Record<string, string>,
): Record<string, string> {
  if (Object.keys(given).length > MOST_INPUTS)
    throw new ApiError(
      422,
      `you may only define up to ${MOST_INPUTS} \`inputs\` for a \`workflow_dispatch\` event`,
    );
  const unexpected = Object.keys(given).filter((name) => !(name in declared));
  if (unexpected.length > 0)
    throw new ApiError(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  if (JSON.stringify(given).length > MOST_CHARACTERS) throw new ApiError(422, "inputs are too large.");
  const values: Record<string, string> = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? (input.default === undefined ? undefined : String(input.default));
    if (input.required && (value === undefined || value === ""))
      throw new ApiError(422, `Required input '${name}' not provided`);
    if (input.type === "choice" && value !== undefined && value !== "" && !input.options?.includes(value))
      throw new ApiError(
        422,
        `Provided value '${value}' for input '${name}' not in the list of allowed values`,
      );
    if (input.type === "boolean" && value !== undefined && value !== "true" && value !== "false")
      throw new ApiError(422, `Provided value '${value}' for input '${name}' is not a boolean`);
    values[name] = value ?? (input.type === "boolean" ? "false" : "");
  }
  return values;
}
