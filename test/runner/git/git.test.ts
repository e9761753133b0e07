/** The runner's git: credentials reach one server and nothing else, settings of others reach nothing. */
import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bearer, git, tryGit } from "../../../src/runner/git/git.ts";

async function withServer<T>(work: (url: string, seen: (string | undefined)[]) => Promise<T>): Promise<T> {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    return await work(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, seen);
  } finally {
    server.close();
  }
}

it("sends the token to its server and to no other", async () => {
  const headers = await withServer((own, seenByOwn) =>
    withServer(async (other, seenByOther) => {
      const credentials = bearer(own, "secret-token");
      await tryGit(["ls-remote", `${own}/a/b.git`], { dir: null, credentials });
      await tryGit(["ls-remote", `${other}/a/b.git`], { dir: null, credentials });
      return { own: seenByOwn, other: seenByOther };
    }),
  );

  expect(new Set(headers.own)).toEqual(
    new Set([`basic ${Buffer.from("x-access-token:secret-token").toString("base64")}`]),
  );
  expect(headers.other.length).toBeGreaterThan(0);
  expect(new Set(headers.other)).toEqual(new Set([undefined]));
});

it("leaves no trace of the token on disk", async () => {
  const dir = mkdtempSync(join(tmpdir(), "gza-git-"));
  await git(["init", "--quiet", "--bare", dir], { dir: null });
  await withServer((url) =>
    tryGit(["fetch", `${url}/a/b.git`], { dir, credentials: bearer(url, "secret-token") }),
  );
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1")).join("");
  rmSync(dir, { recursive: true });

  expect(texts).not.toMatch(/secret-token|extraheader|eC1hY2Nlc3/);
});

it("does not hear the environment's git variables", async () => {
  process.env["GIT_CONFIG_PARAMETERS"] = "'user.name=Eve'";
  const answer = await tryGit(["config", "user.name"], { dir: null });
  delete process.env["GIT_CONFIG_PARAMETERS"];

  expect(answer).toMatchObject({ exit: 1, stderr: "" });
});

it("fails with git's own words", async () => {
  await expect(git(["cat-file", "-t", "HEAD"], { dir: "/nonexistent" })).rejects.toThrow(
    /^git cat-file ended with 128: fatal: /,
  );
});
