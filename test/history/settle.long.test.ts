/** The agent's program: how it settles a stopped rebase in the clone. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Manifest } from "./manifest.ts";

const SETTLE = join(import.meta.dirname, "settle.ts");
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Scene {
  /** Files of the old base, and of the newest one. */
  before: { [path: string]: string };
  base: { [path: string]: string };
  /** Issues that are on the newest base. */
  landed: number[];
  changes: Manifest["changes"];
  /** What the files really were, by `<issue>/real/<path>`. */
  real: { [path: string]: string };
}

/** A clone as an agent finds it: its HEAD is the base, and the files are as git left them. */
function clone({ before, base, landed, changes, real }: Scene): {
  path: (name: string) => string;
  settle: (issue: number) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), "gza-settle-"));
  folders.push(folder);
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
  const commit = (files: { [path: string]: string }, message: string): string => {
    git("rm", "-rfq", "--cached", "--ignore-unmatch", ".");
    for (const [path, content] of Object.entries(files)) {
      const oid = execFileSync("git", ["hash-object", "-w", "--stdin"], {
        cwd: folder,
        input: content,
        encoding: "utf8",
      });
      const mode = content.startsWith("#!") ? "100755" : content.startsWith("->") ? "120000" : "100644";
      git("update-index", "--add", "--cacheinfo", `${mode},${oid.trim()},${path}`);
    }
    return git("commit-tree", git("write-tree"), ...(message === "" ? [] : ["-m", message]), "-m", "Files");
  };
  git("init", "--quiet", "--initial-branch=work");
  git("config", "user.name", "Bo");
  git("config", "user.email", "bo@example.com");
  const start = commit(before, "");
  let tip = start;
  for (const issue of landed)
    tip = git(
      "commit-tree",
      `${start}^{tree}`,
      "-p",
      tip,
      "-m",
      `Land it\n\nGza-Task: #${issue}\nX: y\n\nZ: z`,
    );
  const manifest = { base: start, changes } satisfies Manifest;
  const replay = commit({ ...real, "manifest.json": JSON.stringify(manifest) }, "");
  git("update-ref", "refs/remotes/origin/replay", replay);
  const newest = git("commit-tree", `${commit(base, "")}^{tree}`, "-p", tip, "-m", "The base");
  git("update-ref", "refs/heads/work", newest);
  git("reset", "--quiet", "--hard", "work");
  const path = (name: string): string => join(folder, name);
  return {
    path,
    settle: (issue) =>
      execFileSync(process.execPath, ["--input-type=module-typescript", "-", String(issue)], {
        cwd: folder,
        input: readFileSync(SETTLE),
        encoding: "utf8",
      }),
  };
}

const STOPPED =
  "top\n<<<<<<< HEAD\nbase's\n||||||| fork\nold\n=======\nbranch's\n>>>>>>> 1234567 (Words)\nend\n";

/** Two changes of one line each: the second is written whole or not. */
function pair(isWhole: boolean): Scene {
  return {
    before: { a: "top\nold\nend\n" },
    base: { a: "top\nbase's\nend\n" },
    landed: [2],
    changes: [
      { issue: 1, files: { a: false } },
      { issue: null, files: { a: false } },
      { issue: 2, files: { a: isWhole } },
    ],
    real: { "1/real/a": "after 1\n", "2/real/a": "after 2\n" },
  };
}

it("takes the real outcome where all that led there has landed", () => {
  const { path, settle } = clone(pair(true));
  writeFileSync(path("a"), STOPPED);

  expect(settle(1)).toBe("a: as it was after #2\n");
  expect(readFileSync(path("a"), "utf8")).toBe("after 2\n");
});

it("keeps both sides where the outcome is not known", () => {
  const { path, settle } = clone(pair(false));
  writeFileSync(path("a"), STOPPED);

  expect(settle(1)).toBe("a: both sides stay\n");
  expect(readFileSync(path("a"), "utf8")).toBe("top\nbase's\nbranch's\nend\n");
});

it("takes its own outcome where what came later has not landed", () => {
  const { path, settle } = clone({ ...pair(true), landed: [] });
  writeFileSync(path("a"), STOPPED);

  expect(settle(1)).toBe("a: as it was after #1\n");
});

it("keeps bytes and line ends as they are", () => {
  const { path, settle } = clone(pair(false));
  writeFileSync(path("a"), Buffer.from(STOPPED.replaceAll("\n", "\r\n").replace("old", "\u00FF"), "latin1"));

  settle(1);

  expect(readFileSync(path("a"), "latin1")).toBe("top\r\nbase's\r\nbranch's\r\nend\r\n");
});

it("leaves alone what has no conflict, and markers that the base has too", () => {
  const { path, settle } = clone({ ...pair(true), base: { a: "top\n", b: STOPPED, c: "c\n" } });
  writeFileSync(path("c"), "changed\n");

  expect(settle(1)).toBe("");
  expect(readFileSync(path("c"), "utf8")).toBe("changed\n");
  expect(readFileSync(path("b"), "utf8")).toBe(STOPPED);
});

it("deletes what the real history deleted, and keeps what it brought back", () => {
  const deleted = { issue: 1, files: { gone: true } };
  const before = { gone: "old\n" };
  const base = { gone: "newer\n" };
  const only = clone({ before, base, landed: [], changes: [deleted], real: { other: "" } });
  const changes = [deleted, { issue: 2, files: { gone: true } }];
  const back = clone({ before, base, landed: [2], changes, real: { "2/real/gone": "back\n" } });

  only.settle(1);
  back.settle(1);

  expect(existsSync(only.path("gone"))).toBe(false);
  expect(readFileSync(back.path("gone"), "utf8")).toBe("back\n");
});

it("takes away what a later change deleted, though this one changed it", () => {
  const changes = [
    { issue: 1, files: { gone: false } },
    { issue: 2, files: { gone: true } },
  ];
  const real = { "1/real/gone": "changed\n" };
  const { path, settle } = clone({
    before: { gone: "old\n" },
    base: { other: "" },
    landed: [2],
    changes,
    real,
  });
  writeFileSync(path("gone"), "changed\n");

  expect(settle(1)).toBe("gone: as it was after #2\n");
  expect(existsSync(path("gone"))).toBe(false);
});

it("writes links and programs as what they are", () => {
  const files = { program: true, link: true };
  const real = { "1/real/program": "#!/bin/sh\n", "1/real/link": "->there" };
  const changes = [{ issue: 1, files }];
  const { path, settle } = clone({ before: { a: "" }, base: { a: "" }, landed: [], changes, real });
  for (const name of ["program", "link"]) writeFileSync(path(name), STOPPED);
  chmodSync(path("program"), 0o644);

  settle(1);

  expect(statSync(path("program")).mode & 0o111).not.toBe(0);
  expect(readlinkSync(path("link"))).toBe("->there");
});
