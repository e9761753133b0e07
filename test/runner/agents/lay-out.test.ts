/** Files that are written into a folder which an agent has had to itself. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { layOut } from "../../../src/runner/agents/lay-out.ts";

let root = "";
let home = "";
let outside = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gza-lay-out-"));
  home = join(root, "home");
  outside = join(root, "outside");
  for (const folder of [home, outside]) mkdirSync(folder);
  writeFileSync(join(outside, "config"), "theirs");
});

afterEach(() => rmSync(root, { recursive: true }));

it("makes the folders that are missing and replaces what is there", async () => {
  writeFileSync(join(home, "plain"), "old");

  await layOut(home, { plain: "new", "a/b/c": "deep" });

  expect(readFileSync(join(home, "plain"), "utf8")).toBe("new");
  expect(readFileSync(join(home, "a/b/c"), "utf8")).toBe("deep");
});

it.each([
  ["a link in the place of a folder", () => symlinkSync(outside, join(home, "dir"))],
  ["a link to the file", () => symlinkSync(join(outside, "config"), join(made("dir"), "config"))],
  ["a file in the place of a folder", () => writeFileSync(join(home, "dir"), "x")],
  [
    "a folder in the place of the file",
    () => mkdirSync(join(home, "dir", "config", "x"), { recursive: true }),
  ],
])("puts away %s", async (_, plant) => {
  plant();

  await layOut(home, { "dir/config": "ours" });

  expect(readFileSync(join(outside, "config"), "utf8")).toBe("theirs");
  expect(readFileSync(join(home, "dir", "config"), "utf8")).toBe("ours");
});

it.each(["../x", "a/../../x", "/x"])("throws for the path %s", async (path) => {
  await expect(layOut(home, { [path]: "x" })).rejects.toThrow("leads out of");
});

function made(name: string): string {
  mkdirSync(join(home, name));
  return join(home, name);
}
