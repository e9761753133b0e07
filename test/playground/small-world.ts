/** A world with one person, one repository with one commit on `main`, and its folder, removed at the end. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBareRepository } from "../../src/playground/git/init.ts";
import { moveRefs } from "../../src/playground/git/transaction.ts";
import { writeBlob, writeCommit, writeTree } from "../../src/playground/git/write.ts";
import type { Token, User } from "../../src/playground/model/people.ts";
import type { Happening, Repository, World } from "../../src/playground/model/world.ts";
import { createUser } from "../../src/playground/people.ts";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { issueUserToken } from "../../src/playground/tokens.ts";
import { createWorld, newId } from "../../src/playground/world.ts";

export interface SmallWorld extends AsyncDisposable {
  world: World;
  repository: Repository;
  owner: User;
  token: Token;
  /** Oid of the first commit: `README.md` with "hello\n". */
  first: string;
  happenings: Happening[];
  /** Writes a commit with these files on top of `parent`; no ref moves. */
  commit: (parent: string, files: Record<string, string>, message?: string) => Promise<string>;
}

export const WHO = { name: "Ada", email: "ada@example.com", date: "2026-01-02T03:04:05Z" };

export async function smallWorld(): Promise<SmallWorld> {
  const directory = await mkdtemp(join(tmpdir(), "small-world-"));
  const world = createWorld({ directory });
  const owner = createUser(world, { login: "ada" });
  const repository = emptyRepository(world, owner);
  await createBareRepository(repository.directory);
  const first = await commitFiles(repository, {
    parents: [],
    files: { "README.md": "hello\n" },
    message: "First",
  });
  await moveRefs(repository.directory, [{ name: "refs/heads/main", before: null, after: first }]);
  const happenings: Happening[] = [];
  world.listeners.push((happening) => happenings.push(happening));
  return {
    world,
    repository,
    owner,
    token: issueUserToken(world, owner.id),
    first,
    happenings,
    commit: (parent, files, message = "Change") =>
      commitFiles(repository, { parents: [parent], files, message }),
    [Symbol.asyncDispose]: async () => {
      await testMergesDone(world);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function commitFiles(
  repository: Repository,
  { parents, files, message }: { parents: string[]; files: Record<string, string>; message: string },
): Promise<string> {
  const changes = [];
  for (const [path, text] of Object.entries(files)) {
    changes.push({ path, mode: "100644" as const, oid: await writeBlob(repository, text) });
  }
  const tree = await writeTree(repository, parents[0] ?? null, changes);
  return writeCommit(repository, { tree, parents, author: WHO, committer: WHO, message });
}

function emptyRepository(world: World, owner: User): Repository {
  const id = newId(world);
  const repository: Repository = {
    id,
    ownerId: owner.id,
    name: "engine",
    private: false,
    defaultBranch: "main",
    directory: join(world.directory, `${id}.git`),
    createdAt: "2026-01-01T00:00:00Z",
    collaborators: new Map(),
    labels: [],
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
  return repository;
}
