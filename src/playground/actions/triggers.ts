/** Starts the workflows that a happening asks for, each read from the commit that GitHub reads it from. */
import { readCommit, resolve, mergeBase } from "../git/objects.ts";
import { gitText } from "../git/run.ts";
import type { Issue } from "../model/issues.ts";
import type { Happening, Repository } from "../model/world.ts";
import { payloadOf } from "../shapes/payload.ts";
import { testMerge } from "../test-merge.ts";
import { starts, type Occasion } from "./filters.ts";
import type { Engine } from "./live.ts";
import { createRun, type Cause } from "./runs.ts";
import { workflowFiles } from "./workflows.ts";

/** The events that start workflows here. A schedule starts none: nothing in the playground happens by the clock. */
const PLAYED = new Set([
  "push",
  "pull_request",
  "pull_request_target",
  "pull_request_review",
  "issues",
  "issue_comment",
  "workflow_run",
  "merge_group",
]);

/** Words in a head commit's message that keep its push and pull request from starting workflows. */
const SKIP = /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/i;

const NO_OBJECT = /^0+$/;
const DEEPEST_CHAIN = 3;

type Place = Pick<Cause, "ref" | "sha" | "headBranch" | "headSha" | "pullNumber"> & {
  branch: string | null;
  tag: string | null;
};

/** What a workflow's own token causes starts nothing, so that workflows cannot start themselves for ever. */
export async function startWorkflows(engine: Engine, happening: Happening): Promise<void> {
  const { repository, name, action, token, senderId } = happening;
  if (engine.stopped || !PLAYED.has(name) || !repository.actions.enabled || token?.kind === "workflow")
    return;
  if (name === "workflow_run" && chainLength(repository, happening) > DEEPEST_CHAIN) return;
  const payload = payloadOf(engine.world, happening, null);
  const place = await placeOf(engine, happening);
  if (!place || (await asksToSkip(repository, name, place))) return;
  const { branch, tag, ...where } = place;
  const source = payload["workflow_run"] as { name?: string; head_branch?: string } | undefined;
  const occasion: Occasion = {
    event: name,
    action,
    branch: source?.head_branch ?? branch,
    tag,
    workflow: source?.name ?? null,
    changedPaths: () => changedPaths(happening, place),
  };
  for (const file of await workflowFiles(engine.world, repository, place.sha)) {
    const { workflow, read } = file;
    if (workflow.state !== "active") continue;
    // GitHub tells of a file that it cannot read on every push.
    const wanted = read.ok ? await starts(read.definition.events, occasion) : name === "push" && tag === null;
    if (!wanted) continue;
    await createRun(engine, file, {
      ...where,
      repository,
      event: name,
      payload,
      inputs: {},
      actorId: senderId,
      workflowSha: place.sha,
    });
  }
}

async function placeOf(
  engine: Engine,
  { name, action, payload, repository }: Happening,
): Promise<Place | null> {
  if (name === "merge_group") return mergeGroup(payload as unknown as MergeGroupPayload);
  if (name === "push") return pushed(payload as { ref: string; after: string });
  if (name === "pull_request" || name === "pull_request_review") {
    const { number } = (payload["pull_request"] ?? {}) as { number?: number };
    const issue = repository.issues.get(number ?? 0);
    return issue ? pullRequestPlace(engine, { repository, issue, closed: action === "closed" }) : null;
  }
  const { defaultBranch } = repository;
  const sha = await resolve(repository, `refs/heads/${defaultBranch}`);
  if (sha === null) return null;
  const ref = `refs/heads/${defaultBranch}`;
  const { base } = (payload["pull_request"] ?? {}) as { base?: { ref?: string } };
  const branch = base?.ref ?? defaultBranch;
  return { ref, sha, headBranch: defaultBranch, headSha: sha, pullNumber: null, branch, tag: null };
}

function pushed({ ref, after }: { ref: string; after: string }): Place | null {
  const found = /^refs\/(?<kind>heads|tags)\/(?<short>.+)$/.exec(ref)?.groups;
  if (!found?.short || NO_OBJECT.test(after)) return null;
  const { kind, short } = found;
  const where = { ref, sha: after, headBranch: short, headSha: after, pullNumber: null };
  return { ...where, branch: kind === "heads" ? short : null, tag: kind === "tags" ? short : null };
}

interface MergeGroupPayload {
  merge_group: { head_sha: string; head_ref: string; base_ref: string };
}

/** Branch filters are about the base. */
function mergeGroup({ merge_group: { head_sha: sha, head_ref: ref, base_ref } }: MergeGroupPayload): Place {
  const [headBranch, branch] = [ref, base_ref].map((name) => name.replace("refs/heads/", ""));
  return {
    ref,
    sha,
    headBranch: headBranch ?? "",
    headSha: sha,
    pullNumber: null,
    branch: branch ?? null,
    tag: null,
  };
}

/** The test merge of head and base; a pull request that cannot be merged starts nothing. A merged one counts for its base. */
async function pullRequestPlace(
  { world }: Engine,
  { repository, issue, closed }: { repository: Repository; issue: Issue; closed: boolean },
): Promise<Place | null> {
  const { pull, number } = issue;
  if (!pull) return null;
  const { headRef, headSha, baseRef } = pull;
  const head = { headBranch: headRef, headSha, pullNumber: number, branch: baseRef, tag: null };
  if (closed) {
    const ref = `refs/heads/${baseRef}`;
    const sha = await resolve(repository, ref);
    return sha === null ? null : { ...head, ref, sha };
  }
  const merged = pull.mergeability ?? (await testMerge(world, repository, issue));
  const ref = `refs/pull/${number}/merge`;
  const sha = merged?.mergeable ? await resolve(repository, ref) : null;
  return sha === null ? null : { ...head, ref, sha };
}

async function asksToSkip(repository: Repository, event: string, { headSha }: Place): Promise<boolean> {
  if (event !== "push" && event !== "pull_request") return false;
  return SKIP.test((await readCommit(repository, headSha))?.message ?? "");
}

/** Files that a push or a pull request changed; of a new branch, against what it has in common with the default branch. */
async function changedPaths({ name, payload, repository }: Happening, place: Place): Promise<string[]> {
  const { before } = payload as { before?: string };
  const known = name === "push" && before !== undefined && !NO_OBJECT.test(before) ? before : null;
  const base = name === "push" ? repository.defaultBranch : (place.branch ?? repository.defaultBranch);
  const from = known ?? (await mergeBase(repository, `refs/heads/${base}`, place.headSha));
  const isWhole = from === null || (name === "push" && known === null && from === place.headSha);
  const args = isWhole
    ? ["ls-tree", "-r", "-z", "--name-only", place.headSha]
    : ["diff", "-z", "--name-only", "--no-renames", from, place.headSha];
  return (await gitText(repository.directory, args)).split("\0").filter((path) => path !== "");
}

/** How many runs stand one behind the other, each started by the end of the one before. */
function chainLength(repository: Repository, { payload }: Pick<Happening, "payload">): number {
  const { id } = (payload["workflow_run"] ?? {}) as { id?: number };
  const run = repository.runs.find((other) => other.id === id);
  return run?.event === "workflow_run" ? 1 + chainLength(repository, run) : 1;
}
