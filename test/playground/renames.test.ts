/** Repositories and branches under new names, an archive, another default branch: what follows by itself and what is redirected. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RepositoryArchivedEvent, RepositoryRenamedEvent } from "@octokit/webhooks-types";
import { Octokit } from "@octokit/rest";
import { expect, onTestFinished, test } from "vitest";
import { ENGINE, engineWorld, refusal, signIn } from "./engine-world.ts";
import { lines, reviewedPull } from "./reviewed-pull.ts";

const LOOM = { owner: "ada", repo: "loom" };

test("a renamed repository is found under its old name by redirect, by GraphQL and by git", async () => {
  const { playground, repository, ada } = await engineWorld({});
  const told: unknown[] = [];
  playground.world.listeners.push(({ name, action, payload }) => told.push({ name, action, payload }));

  await ada.repos.update({ ...ENGINE, name: "loom" });
  const read = await ada.request("GET /repos/{owner}/{repo}/issues", {
    ...ENGINE,
    state: "all",
    request: { redirect: "manual" },
  });
  const written = await ada.request("POST /repos/{owner}/{repo}/issues", {
    ...ENGINE,
    title: "It stalls",
    request: { redirect: "manual" },
  });
  const { data: found } = await ada.repos.get(ENGINE);
  const { data: issue } = await ada.issues.create({ ...ENGINE, title: "It stalls" });
  const query = '{ repository(owner: "ada", name: "engine") { nameWithOwner } }';
  const byGraphql = await ada.graphql(query, { baseUrl: `${playground.url}/api` });
  const head = await clone(`${playground.url}/ada/engine.git`);

  const renamed = { changes: { repository: { name: { from: "engine" } } } } satisfies Pick<
    RepositoryRenamedEvent,
    "changes"
  >;
  expect(told[0]).toMatchObject({ name: "repository", action: "renamed", payload: renamed });
  const address = `${playground.url}/api/v3/repositories/${repository.id}`;
  expect(read).toMatchObject({
    status: 301,
    headers: { location: `${address}/issues?state=all` },
    data: { message: "Moved Permanently", url: `${address}/issues?state=all` },
  });
  expect(written).toMatchObject({ status: 307, headers: { location: `${address}/issues` } });
  expect(found.full_name).toBe("ada/loom");
  expect(issue).toMatchObject({ number: 1, url: expect.stringMatching(/\/repos\/ada\/loom\/issues\/1$/) });
  expect(byGraphql).toEqual({ repository: { nameWithOwner: "ada/loom" } });
  expect(head).toMatch(/^[0-9a-f]{40}$/);
});

test("real fetch follows the redirect of a POST with its body", async () => {
  const { playground, ada } = await engineWorld({});
  const { token } = playground.createPerson({ login: "grace" });
  await ada.repos.update({ ...ENGINE, name: "loom" });
  const grace = new Octokit({ baseUrl: `${playground.url}/api/v3`, auth: token });

  const { data: issue } = await grace.issues.create({ ...ENGINE, title: "It stalls" });

  expect(issue).toMatchObject({ title: "It stalls", user: { login: "grace" } });
});

test("an old name leads nowhere once another repository has it, nor for those who may not see the new one", async () => {
  const { playground, ada, mary } = await engineWorld();
  await ada.repos.update({ ...ENGINE, name: "loom", private: true });

  const unseen = await refusal(mary.repos.get(ENGINE));
  const again = await playground.createRepository({ owner: "ada", name: "engine" });
  const { data: found } = await ada.repos.get(ENGINE);

  expect(unseen).toMatchObject({ status: 404, message: "Not Found" });
  expect(found.id).toBe(again.id);
});

test("an archive is read-only until its owner opens it again", async () => {
  const { playground, ada, charles, mary } = await engineWorld();
  const told: unknown[] = [];
  await ada.issues.create({ ...ENGINE, title: "Talk" });
  playground.world.listeners.push(({ name, action }) => told.push(`${name}.${String(action)}`));

  const { data: archive } = await ada.repos.update({ ...ENGINE, archived: true });
  const refused = [
    await refusal(ada.issues.createComment({ ...ENGINE, issue_number: 1, body: "hello" })),
    await refusal(mary.issues.create({ ...ENGINE, title: "Mine" })),
    await refusal(
      charles.repos.createOrUpdateFileContents({ ...ENGINE, path: "a", message: "Add", content: "" }),
    ),
  ];
  const { data: issue } = await mary.issues.get({ ...ENGINE, issue_number: 1 });
  await ada.repos.update({ ...ENGINE, archived: false });
  const after = await mary.issues.createComment({ ...ENGINE, issue_number: 1, body: "hello" });

  const words = { status: 403, message: "Repository was archived so is read-only." };
  expect(refused).toMatchObject([words, words, words]);
  expect(archive.archived).toBe(true);
  expect(issue.title).toBe("Talk");
  expect(after.status).toBe(201);
  const event: RepositoryArchivedEvent["action"] = "archived";
  expect(told).toEqual([`repository.${event}`, "repository.unarchived", "issue_comment.created"]);
});

test("pull requests follow when their base is renamed, and its old name redirects", async () => {
  const { playground, repository, ada } = await reviewedPull({ "a.txt": lines({ 3: "changed" }) });
  await ada.repos.updateBranchProtection({
    ...ENGINE,
    branch: "main",
    required_status_checks: { strict: false, contexts: ["tests"] },
    enforce_admins: true,
    required_pull_request_reviews: null,
    restrictions: null,
  });
  const told: string[] = [];
  playground.world.listeners.push(({ name, action }) =>
    told.push(action === null ? name : `${name}.${action}`),
  );

  const { data: branch } = await ada.repos.renameBranch({ ...ENGINE, branch: "main", new_name: "trunk" });
  const { data: pull } = await ada.pulls.get({ ...ENGINE, pull_number: 1 });
  const old = await ada.request("GET /repos/{owner}/{repo}/branches/{branch}", {
    ...ENGINE,
    branch: "main",
    request: { redirect: "manual" },
  });
  const { data: followed } = await ada.repos.getBranch({ ...ENGINE, branch: "main" });
  const oldRef = await refusal(ada.git.getRef({ ...ENGINE, ref: "heads/main" }));

  expect(branch).toMatchObject({ name: "trunk", protected: true });
  expect(repository.defaultBranch).toBe("trunk");
  expect(pull).toMatchObject({ state: "open", base: { ref: "trunk" } });
  expect(told).toEqual(["create", "push", "repository.edited", "pull_request.edited", "delete", "push"]);
  expect(old).toMatchObject({
    status: 301,
    headers: { location: `${playground.url}/api/v3/repositories/${repository.id}/branches/trunk` },
  });
  expect(followed.name).toBe("trunk");
  expect(oldRef.status).toBe(404);
});

test("a pull request whose head is renamed is closed", async () => {
  const { ada, charles } = await reviewedPull({ "a.txt": lines({ 3: "changed" }) });

  const byWriter = await refusal(
    charles.repos.renameBranch({ ...ENGINE, branch: "main", new_name: "trunk" }),
  );
  await charles.repos.renameBranch({ ...ENGINE, branch: "work", new_name: "play" });
  const taken = await refusal(ada.repos.renameBranch({ ...ENGINE, branch: "play", new_name: "main" }));
  const { data: pull } = await ada.pulls.get({ ...ENGINE, pull_number: 1 });

  expect(byWriter.status).toBe(403);
  expect(taken.status).toBe(422);
  expect(pull.state).toBe("closed");
});

test("a switched default branch leaves pull requests where they are", async () => {
  const { playground, ada } = await reviewedPull({ "a.txt": lines({ 3: "changed" }) });
  const told: unknown[] = [];
  playground.world.listeners.push(({ name, action, payload }) => told.push({ name, action, payload }));

  await ada.repos.update({ ...ENGINE, default_branch: "work" });
  const { data: pull } = await ada.pulls.get({ ...ENGINE, pull_number: 1 });
  const { data: branch } = await signIn(playground).repos.getBranch({ ...ENGINE, branch: "main" });

  expect(told).toMatchObject([
    { name: "repository", action: "edited", payload: { changes: { default_branch: { from: "main" } } } },
  ]);
  expect(pull.base.ref).toBe("main");
  expect(branch.name).toBe("main");
  expect(await refusal(ada.repos.get(LOOM))).toMatchObject({ status: 404 });
});

/** Clones with real git; gives the commit that is checked out. */
async function clone(origin: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "clone-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const env = {
    PATH: process.env["PATH"],
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
  const git = (...args: string[]) => promisify(execFile)("git", args, { cwd: directory, env });
  await git("clone", "--quiet", origin, "work");
  const { stdout } = await git("-C", "work", "rev-parse", "HEAD");
  return stdout.trim();
}
