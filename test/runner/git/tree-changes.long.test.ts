/** What the guard is told of files: the same however large all of them are together. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { treeChanges } from "../../../src/runner/git/tree-changes.ts";
import { createTaskServer } from "../task-server.ts";

it("tells binary files, pointers and links among more than anybody reads at once", async () => {
  using server = createTaskServer([]);
  const { bare: dir } = server;
  const write = (args: string[], input: string | Buffer): string =>
    execFileSync("git", args, { cwd: dir, input, encoding: "utf8" }).trim();
  const blob = (input: string | Buffer): string => write(["hash-object", "-w", "--stdin"], input);
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"ab".repeat(32)}\nsize 1\n`;
  const tree = write(
    ["mktree"],
    [
      `100644 blob ${blob(Buffer.alloc(70 * 1024 * 1024, "x"))}\tbig.txt`,
      `120000 blob ${blob("../out")}\tlink`,
      `100644 blob ${blob(pointer)}\tmodel.txt`,
      `100644 blob ${blob(Buffer.from("\u007fELF\0"))}\ttool`,
    ].join("\n"),
  );

  const changes = await treeChanges(dir, { before: write(["mktree"], ""), after: tree });

  expect(
    changes.map(({ path, binary, pointer: isPointer, target }) => [path, binary, isPointer, target]),
  ).toEqual([
    ["big.txt", false, false, null],
    ["link", false, false, "../out"],
    ["model.txt", false, true, null],
    ["tool", true, false, null],
  ]);
});
