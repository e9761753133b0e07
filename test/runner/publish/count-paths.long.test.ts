/** Counting the paths of an agent's commits: what names more than may be read is too much before it is read. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { countPaths } from "../../../src/runner/publish/count-paths.ts";
import { createTaskServer } from "../task-server.ts";

/** Two folders of names that are 4,000 bytes long. */
it("takes folders whose names alone are too much to read for more than any number", async () => {
  using server = createTaskServer([]);
  const { bare: dir, base } = server;
  const blob = server.git("rev-parse", `${base}:README.md`);
  const write = (args: string[], input: Buffer): string =>
    execFileSync("git", args, { cwd: dir, input, encoding: "utf8" }).trim();
  const folders = ["a", "b"].map((letter) => {
    const entries = Array.from({ length: 9000 }, (_, n) =>
      Buffer.from(`100644 ${String(n).padStart(4000, letter)}\0${"\0".repeat(20)}`),
    );
    for (const entry of entries) entry.write(blob, entry.length - 20, "hex");
    return write(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], Buffer.concat(entries));
  });
  const listing = folders.map((oid, n) => `040000 tree ${oid}\tf${n}\n`).join("");
  const tree = write(["mktree"], Buffer.from(listing));
  const tip = server.git("commit-tree", tree, "-p", base, "-m", "Full");

  expect(await countPaths(dir, { tip, not: [`^${base}`] })).toBe(Number.POSITIVE_INFINITY);
});
