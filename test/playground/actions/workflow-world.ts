/** A world of one repository in which workflows run, with quick signals, and a push that goes the way of every push. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startActions, type Actions } from "../../../src/playground/actions/engine.ts";
import type { EngineOptions } from "../../../src/playground/actions/live.ts";
import { commitFiles } from "../../../src/playground/first-commit.ts";
import { resolve } from "../../../src/playground/git/objects.ts";
import { updateRefs } from "../../../src/playground/git/refs.ts";
import { writeBlob, writeCommit, writeTree } from "../../../src/playground/git/write.ts";
import type { WorkflowJob, WorkflowRun } from "../../../src/playground/model/actions.ts";
import type { Token, User } from "../../../src/playground/model/people.ts";
import type { Happening, Repository, World } from "../../../src/playground/model/world.ts";
import { createUser } from "../../../src/playground/people.ts";
import { createRepository } from "../../../src/playground/repositories.ts";
import { issueUserToken } from "../../../src/playground/tokens.ts";
import { createWorld } from "../../../src/playground/world.ts";

export interface WorkflowWorld extends AsyncDisposable {
  world: World;
  /** `ada/engine`, with one commit on `main`. */
  repository: Repository;
  owner: User;
  token: Token;
  happenings: Happening[];
  actions: Actions;
  /** Commits files on a branch (made from `main` when it is new) and pushes it; gives the new commit. */
  push: (files: Record<string, string>, branch?: string) => Promise<string>;
  /** The only run there is. */
  onlyRun: () => WorkflowRun;
}

const WHO = { name: "Ada", email: "ada@example.com", date: "2026-01-02T03:04:05Z" };

export async function workflowWorld(options: Partial<EngineOptions> = {}): Promise<WorkflowWorld> {
  const directory = await mkdtemp(join(tmpdir(), "workflows-"));
  const world = createWorld({ directory });
  const owner = createUser(world, { login: "ada" });
  const repository = await createRepository(world, { owner, name: "engine" });
  await commitFiles(world, repository, { "README.md": "hello\n" });
  const happenings: Happening[] = [];
  world.listeners.push((happening) => happenings.push(happening));
  const token = issueUserToken(world, owner.id);
  const actions = startActions(world, { interruptMilliseconds: 300, terminateMilliseconds: 300, ...options });
  return {
    world,
    repository,
    owner,
    token,
    happenings,
    actions,
    async push(files, branch = "main") {
      const name = `refs/heads/${branch}`;
      const before = await resolve(repository, name);
      const after = await commitOn(
        repository,
        before ?? (await resolve(repository, "refs/heads/main")),
        files,
      );
      const updates = [{ name, before, after, force: false }];
      await updateRefs(world, repository, { updates, token, actorId: owner.id });
      return after;
    },
    onlyRun() {
      const [run, ...others] = repository.runs;
      if (!run || others.length > 0) throw new Error(`there are ${repository.runs.length} runs`);
      return run;
    },
    async [Symbol.asyncDispose]() {
      await actions.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function jobNamed(run: WorkflowRun, name: string): WorkflowJob {
  const job = run.jobs.findLast((candidate) => candidate.name === name);
  if (!job) throw new Error(`there is no job ${name} among ${run.jobs.map((each) => each.name).join(", ")}`);
  return job;
}

/** The log without its instants. */
export async function logOf(job: WorkflowJob): Promise<string> {
  return (await readFile(job.log, "utf8")).replaceAll(/^\S+Z /gm, "");
}

/** Names and conclusions of a job's steps. */
export function stepsOf(job: WorkflowJob): string[] {
  return job.steps.map(({ name, conclusion }) => `${name}: ${conclusion}`);
}

async function commitOn(
  repository: Repository,
  parent: string | null,
  files: Record<string, string>,
): Promise<string> {
  const changes = [];
  for (const [path, text] of Object.entries(files))
    changes.push({ path, mode: "100644" as const, oid: await writeBlob(repository, text) });
  const tree = await writeTree(repository, parent, changes);
  const parents = parent === null ? [] : [parent];
  return writeCommit(repository, { tree, parents, author: WHO, committer: WHO, message: "Change" });
}
