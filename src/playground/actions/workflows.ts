/** The workflow files of a repository, and the workflows that GitHub keeps for them. */
import { readBlob, readTree } from "../git/objects.ts";
import type { Workflow } from "../model/actions.ts";
import type { Repository, World } from "../model/world.ts";
import { instant, newId } from "../world.ts";
import { readWorkflow, type ReadWorkflow } from "./definition.ts";

const FOLDER = ".github/workflows";

export interface WorkflowFile {
  workflow: Workflow;
  read: ReadWorkflow;
}

/** Every workflow file at a revision, parsed; a file that is new gets its workflow. */
export async function workflowFiles(
  world: World,
  repository: Repository,
  revision: string,
): Promise<WorkflowFile[]> {
  const entries = (await readTree(repository, `${revision}:${FOLDER}`)) ?? [];
  const names = entries.filter(({ type, path }) => type === "blob" && /\.ya?ml$/.test(path));
  const files = await Promise.all(
    names.map(({ path }) => workflowFile(world, repository, { revision, path: `${FOLDER}/${path}` })),
  );
  return files.filter((file) => file !== null);
}

/** One workflow file at a revision; null when it is not there. */
export async function workflowFile(
  world: World,
  repository: Repository,
  { revision, path }: { revision: string; path: string },
): Promise<WorkflowFile | null> {
  const blob = await readBlob(repository, `${revision}:${path}`);
  if (!blob) return null;
  const read = await readWorkflow(path, Buffer.from(blob.bytes).toString("utf8"));
  const name = read.ok ? String(read.definition.name ?? path) : path;
  return { workflow: keepWorkflow(world, repository, { path, name }), read };
}

function keepWorkflow(
  world: World,
  repository: Repository,
  { path, name }: { path: string; name: string },
): Workflow {
  const known = repository.workflows.find((workflow) => workflow.path === path);
  if (known) return Object.assign(known, { name });
  const workflow: Workflow = { id: newId(world), path, name, state: "active", createdAt: instant(world) };
  repository.workflows.push(workflow);
  return workflow;
}
