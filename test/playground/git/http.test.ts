/** Real git clients fetch and push over a socket, and are refused in GitHub's words. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { expect, test } from "vitest";
import type { Env } from "../../../src/playground/api.ts";
import { gitRoutes } from "../../../src/playground/git/http.ts";
import { resolve } from "../../../src/playground/git/objects.ts";
import { setRef } from "../../../src/playground/git/transaction.ts";
import type { Token } from "../../../src/playground/model/people.ts";
import { createUser } from "../../../src/playground/people.ts";
import { issueUserToken, issueWorkflowToken } from "../../../src/playground/tokens.ts";
import { smallWorld, type SmallWorld } from "../small-world.ts";

test("a public repository is cloned by anyone, also without blobs, a private one only with a token", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);

  await server.git(["clone", "--quiet", server.address(null), "public"]);
  await server.git(["clone", "--quiet", "--filter=blob:none", server.address(null), "partial"]);
  home.repository.private = true;
  const refused = await server.tryGit(["clone", "--quiet", server.address(null), "secret"]);
  await server.git(["clone", "--quiet", server.address(home.token), "private"]);

  expect(await readFile(join(server.directory, "public", "README.md"), "utf8")).toBe("hello\n");
  expect(await readFile(join(server.directory, "partial", "README.md"), "utf8")).toBe("hello\n");
  expect(refused).toContain("could not read Username");
});

test("a push moves the branch, and its webhook was sent before the client ends", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  const tip = await server.cloneWith(home.token, { "big.txt": "line of text\n".repeat(200_000) });

  await server.git(["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/x/y"], "work");

  expect(await resolve(home.repository, "refs/heads/main")).toBe(tip);
  expect(await resolve(home.repository, "refs/x/y")).toBe(tip);
  expect(home.happenings.map(({ name, payload }) => [name, payload["before"], payload["after"]])).toEqual([
    ["push", home.first, tip],
  ]);
});

test("a lease on a ref that has moved fails", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  await server.cloneWith(home.token, { "a.txt": "a\n" });
  const other = await home.commit(home.first, { "b.txt": "b\n" });
  await setRef(home.repository.directory, "refs/x/baton", other);

  const lease = `--force-with-lease=refs/x/baton:${home.first}`;
  const words = await server.tryGit(["push", lease, "origin", "HEAD:refs/x/baton"], "work");

  expect(words).toContain("stale info");
  expect(await resolve(home.repository, "refs/x/baton")).toBe(other);
});

test("without the right to push, GitHub names who was denied", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  const stranger = createUser(home.world, { login: "eve" });
  await server.cloneWith(issueUserToken(home.world, stranger.id), { "a.txt": "a\n" });

  const words = await server.tryGit(["push", "origin", "HEAD:main"], "work");

  expect(words).toContain("remote: Permission to ada/engine.git denied to eve.");
  expect(words).toContain("The requested URL returned error: 403");
});

test("an archive takes no push and is still cloned", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  home.repository.archived = true;
  await server.cloneWith(home.token, { "a.txt": "a\n" });

  const words = await server.tryGit(["push", "origin", "HEAD:main"], "work");

  expect(words).toContain("remote: This repository was archived so it is read-only.");
  expect(await resolve(home.repository, "refs/heads/main")).toBe(home.first);
});

test("an unknown token is no token", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  home.repository.private = true;

  const words = await server.tryGit(["ls-remote", server.address({ ...home.token, value: "ghp_wrong" })]);

  expect(words).toContain("remote: Invalid username or token.");
});

test("a workflow's token brings in no workflow file that stands on no branch", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  const path = ".github/workflows/ci.yml";
  await server.cloneWith(workflowToken(home), { [path]: "on: push\n" });

  const refused = await server.tryGit(["push", "origin", "HEAD:refs/heads/ci"], "work");
  await server.git(["push", "--quiet", server.address(home.token), "HEAD:refs/heads/main"], "work");
  await server.git(["push", "--quiet", "origin", "HEAD:refs/heads/ci"], "work");

  expect(refused).toContain(
    `remote: refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`,
  );
  expect(await resolve(home.repository, "refs/heads/ci")).toBe(
    await resolve(home.repository, "refs/heads/main"),
  );
});

test("a protected branch takes no direct push, no force and no deletion", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  home.repository.protections.push({
    pattern: "main",
    requiredChecks: ["ci"],
    strict: false,
    pullRequired: false,
    requiredApprovals: 0,
    enforceAdmins: true,
  });
  await server.cloneWith(home.token, { "a.txt": "a\n" });

  const push = await server.tryGit(["push", "origin", "HEAD:main"], "work");
  home.repository.protections = home.repository.protections.map((rule) => ({ ...rule, requiredChecks: [] }));
  await server.git(["push", "--quiet", "origin", "HEAD:main"], "work");
  const force = await server.tryGit(["push", "--force", "origin", `${home.first}:main`], "work");
  const deletion = await server.tryGit(["push", "origin", ":main"], "work");

  expect(push).toContain("remote: error: GH006: Protected branch update failed for refs/heads/main.");
  expect(push).toContain('remote: error: Required status check "ci" is expected.');
  expect(force).toContain("remote: error: Cannot force-push to this branch");
  expect(deletion).toMatch(/refusing to delete the current branch|Cannot delete this protected branch/);
});

test("refs of pull requests are fetched but never pushed", async () => {
  await using home = await smallWorld();
  await using server = await listen(home);
  await setRef(home.repository.directory, "refs/pull/1/head", home.first);
  await server.cloneWith(home.token, { "a.txt": "a\n" });

  await server.git(["fetch", "--quiet", "origin", "refs/pull/1/head"], "work");
  const words = await server.tryGit(["push", "origin", "HEAD:refs/pull/1/head"], "work");

  expect(words).toContain("deny updating a hidden ref");
});

function workflowToken({ world, repository }: SmallWorld): Token {
  return issueWorkflowToken(world, { repository, run: { id: 1 }, permissions: { contents: "write" } });
}

async function listen(home: SmallWorld) {
  const routes = new Hono<Env>();
  gitRoutes({ routes, world: home.world });
  const directory = await mkdtemp(join(tmpdir(), "git-client-"));
  const server = serve({ fetch: routes.fetch, port: 0, hostname: "127.0.0.1" });
  if (!server.listening) await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the server listens on no port");
  const address = (token: Token | null): string =>
    `http://${token ? `x-access-token:${token.value}@` : ""}127.0.0.1:${bound.port}/ada/engine.git`;

  async function tryGit(args: string[], folder = "."): Promise<string> {
    const { code, output } = await run(args, join(directory, folder));
    if (code === 0) throw new Error(`git ${args.join(" ")} should have failed: ${output}`);
    return output;
  }

  async function git(args: string[], folder = "."): Promise<string> {
    const { code, output } = await run(args, join(directory, folder));
    if (code !== 0) throw new Error(`git ${args.join(" ")} failed: ${output}`);
    return output.trim();
  }

  /** Clones into `work`, commits the files there and returns the commit. */
  async function cloneWith(token: Token, files: Record<string, string>): Promise<string> {
    await git(["clone", "--quiet", address(token), "work"]);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(directory, "work", dirname(path)), { recursive: true });
      await writeFile(join(directory, "work", path), text);
    }
    await git(["add", "."], "work");
    await git(
      ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "Change"],
      "work",
    );
    return git(["rev-parse", "HEAD"], "work");
  }

  return {
    directory,
    address,
    git,
    tryGit,
    cloneWith,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function run(args: string[], cwd: string): Promise<{ code: number; output: string }> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: cwd,
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
  const child = spawn("git", args, { cwd, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const [code] = await once(child, "close");
  return { code: Number(code), output };
}
