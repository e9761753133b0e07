/** Repositories: made with their bare git repository, renamed, removed, and who works on them. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ApiError } from "./errors.ts";
import { createBareRepository, pointHead } from "./git/init.ts";
import type { Token, User } from "./model/people.ts";
import type { MergeMethod } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { emit, findRepository, instant, newId } from "./world.ts";

export interface RepositoryInput {
  owner: User;
  name: string;
  private?: boolean | undefined;
}

/** GitHub's labels of a new repository. */
const FIRST_LABELS: [name: string, color: string, description: string][] = [
  ["bug", "d73a4a", "Something isn't working"],
  ["documentation", "0075ca", "Improvements or additions to documentation"],
  ["duplicate", "cfd3d7", "This issue or pull request already exists"],
  ["enhancement", "a2eeef", "New feature or request"],
  ["good first issue", "7057ff", "Good for newcomers"],
  ["help wanted", "008672", "Extra attention is needed"],
  ["invalid", "e4e669", "This doesn't seem right"],
  ["question", "d876e3", "Further information is requested"],
  ["wontfix", "ffffff", "This will not be worked on"],
];

/** An empty repository; 422 when the name is taken or none. */
export async function createRepository(world: World, input: RepositoryInput): Promise<Repository> {
  checkName(world, input.owner, input.name);
  const id = newId(world);
  const repository: Repository = {
    id,
    ownerId: input.owner.id,
    name: input.name,
    private: input.private ?? false,
    defaultBranch: "main",
    directory: join(world.directory, "repositories", `${id}.git`),
    createdAt: instant(world),
    collaborators: new Map(),
    labels: FIRST_LABELS.map(([name, color, description]) => ({
      id: newId(world),
      name,
      color,
      description,
    })),
    issues: new Map(),
    comments: new Map(),
    transfers: new Map(),
    nextNumber: 1,
    suites: [],
    checks: [],
    statuses: [],
    protections: [],
    renamedBranches: new Map(),
    actions: { enabled: true, secrets: {}, variables: {} },
    workflows: [],
    runs: [],
    deleteBranchOnMerge: false,
    mergeMethods: { merge: true, squash: true, rebase: true },
    allowAutoMerge: false,
    mergeQueue: [],
    archived: false,
  };
  world.repositories.set(id, repository);
  world.formerNames.delete(`${input.owner.login}/${input.name}`.toLowerCase());
  await createBareRepository(repository.directory);
  return repository;
}

export interface RepositoryChange {
  actorId: number;
  token: Token | null;
  name?: string | undefined;
  private?: boolean | undefined;
  defaultBranch?: string | undefined;
  deleteBranchOnMerge?: boolean | undefined;
  mergeMethods?: Partial<Record<MergeMethod, boolean | undefined>> | undefined;
  allowAutoMerge?: boolean | undefined;
  archived?: boolean | undefined;
}

/** 422 when no way of merging would be left. Emits `repository.renamed`, `.edited`, `.privatized`, `.publicized`, `.archived` or `.unarchived` as far as something changed. */
export function changeRepository(world: World, repository: Repository, change: RepositoryChange): void {
  const tell = (action: string, payload: Record<string, unknown> = {}): void => {
    emit(world, {
      name: "repository",
      action,
      repository,
      senderId: change.actorId,
      token: change.token,
      payload,
    });
  };
  repository.deleteBranchOnMerge = change.deleteBranchOnMerge ?? repository.deleteBranchOnMerge;
  repository.mergeMethods = methodsAfter(repository, change);
  repository.allowAutoMerge = change.allowAutoMerge ?? repository.allowAutoMerge;
  if (change.defaultBranch !== undefined && change.defaultBranch !== repository.defaultBranch) {
    const from = repository.defaultBranch;
    repository.defaultBranch = change.defaultBranch;
    pointHead(repository.directory, change.defaultBranch);
    tell("edited", { changes: { default_branch: { from } } });
  }
  if (change.private !== undefined && change.private !== repository.private) {
    repository.private = change.private;
    tell(change.private ? "privatized" : "publicized");
  }
  if (change.name !== undefined && change.name !== repository.name) {
    const from = repository.name;
    const owner = world.users.get(repository.ownerId);
    if (owner && from.toLowerCase() !== change.name.toLowerCase()) checkName(world, owner, change.name);
    if (owner) world.formerNames.set(`${owner.login}/${from}`.toLowerCase(), repository.id);
    if (owner) world.formerNames.delete(`${owner.login}/${change.name}`.toLowerCase());
    repository.name = change.name;
    tell("renamed", { changes: { repository: { name: { from } } } });
  }
  if (change.archived !== undefined && change.archived !== repository.archived) {
    repository.archived = change.archived;
    tell(change.archived ? "archived" : "unarchived");
  }
}

/** Emits `repository.deleted`, takes it out of every installation and removes its files. */
export async function deleteRepository(
  world: World,
  repository: Repository,
  { actorId, token }: { actorId: number; token: Token | null },
): Promise<void> {
  emit(world, { name: "repository", action: "deleted", repository, senderId: actorId, token, payload: {} });
  world.repositories.delete(repository.id);
  for (const installation of world.installations.values()) {
    installation.repositoryIds = installation.repositoryIds.filter((id) => id !== repository.id);
  }
  await rm(repository.directory, { recursive: true, force: true });
}

function methodsAfter(
  { mergeMethods: before }: Repository,
  { mergeMethods: change = {} }: RepositoryChange,
): Repository["mergeMethods"] {
  const merge = change.merge ?? before.merge;
  const squash = change.squash ?? before.squash;
  const rebase = change.rebase ?? before.rebase;
  if (merge || squash || rebase) return { merge, squash, rebase };
  const message = "Sorry, you need to allow at least one merge strategy. (no_merge_method)";
  const errors = [{ resource: "Repository", field: "merge_commit_allowed", code: "custom", message }];
  throw new ApiError(422, "Validation Failed", { errors });
}

function checkName(world: World, owner: User, name: string): void {
  const fail = (code: string, message: string): ApiError =>
    new ApiError(422, "Repository creation failed.", {
      errors: [{ resource: "Repository", field: "name", code, message }],
    });
  if (!/^[\w.-]{1,100}$/.test(name)) throw fail("custom", "name is invalid");
  if (findRepository(world, owner.login, name)) throw fail("custom", "name already exists on this account");
}
