/** The commit that a release of the action is: what a workflow run needs of it and nothing else, made without touching the clone. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "gza-released-"));

beforeAll(() => {
  const source = join(import.meta.dirname, "../../action/release.ts");
  const files = ["LICENSE", "action/action.yml", "action/agents/claude/package.json", "src/secret.ts"];
  for (const file of [...files, "action/dist/main.js"]) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), `${file}\n`);
  }
  cpSync(source, join(folder, "action/release.ts"));
  writeFileSync(join(folder, ".gitignore"), "dist/\n");
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("-c", "user.name=T", "-c", "user.email=t@t.t", "commit", "--quiet", "-m", "First");
});
afterAll(() => rmSync(folder, { recursive: true }));

it("is a commit on a branch of its own, with the bundles and without the sources", () => {
  const said = release();

  expect(git("ls-tree", "-r", "--name-only", "action").split("\n")).toEqual([
    "LICENSE",
    "action/action.yml",
    "action/agents/claude/package.json",
    "action/dist/main.js",
  ]);
  expect(said).toContain(`<owner>/<name>/action@${git("rev-parse", "action")}`);
  expect(git("status", "--porcelain")).toBe("");
});

it("stays the same as long as nothing has changed, and then stands on the one before", () => {
  release();
  const first = git("rev-parse", "action");
  release();
  expect(git("rev-parse", "action")).toBe(first);

  writeFileSync(join(folder, "action/dist/main.js"), "another\n");
  release();

  expect(git("rev-parse", "action^")).toBe(first);
});

it("needs nobody's name", () => {
  writeFileSync(join(folder, "action/dist/main.js"), "a third\n");
  const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };

  execFileSync(process.execPath, ["action/release.ts"], { cwd: folder, env });

  expect(git("log", "-1", "--format=%an <%ae>", "action", "--")).toBe("GZA <gza@invalid>");
});

function release(): string {
  const who = { name: "T", email: "t@t.t" };
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: who.name,
    GIT_AUTHOR_EMAIL: who.email,
    GIT_COMMITTER_NAME: who.name,
    GIT_COMMITTER_EMAIL: who.email,
  };
  return execFileSync(process.execPath, ["action/release.ts"], { cwd: folder, env, encoding: "utf8" });
}

function git(...args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" }).trim();
}
