/** What is written without git is what git itself would have written. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { listTree, readTree, type TreeEntry } from "../../../src/playground/git/objects.ts";
import { git, gitText } from "../../../src/playground/git/run.ts";
import { NO_OBJECT } from "../../../src/playground/git/transaction.ts";
import { writeBlob, writeTree, type TreeChange } from "../../../src/playground/git/write.ts";
import { seededRandom } from "../seeded-random.ts";
import { smallWorld, WHO, type SmallWorld } from "../small-world.ts";

/** Names that git puts in another order than a dictionary would: a folder `a` comes after `a.b`, and `a-` before both. */
const NAMES = ["a", "a-", "a.b", "a0", "ä", "B"];
const ROUNDS = 12;

test("trees are git's own, whatever is put into them, replaced and taken away", async () => {
  await using home = await smallWorld();
  const random = seededRandom(5);
  const blobs = await Promise.all(["", "one\n", "two\n"].map((text) => writeBlob(home.repository, text)));
  const folders = [await writeTree(home.repository, null, [file("deep/file", blobs[1])])];
  let base: string | null = null;

  for (let round = 0; round < ROUNDS; round += 1) {
    const changes = Array.from({ length: 1 + pick(random, 4) }, () => someChange(random, blobs, folders));
    const written = await writeTree(home.repository, base, changes);

    expect({ written, changes }).toEqual({ written: await writtenByGit(home, base, changes), changes });
    folders.push(written);
    base = written;
  }

  expect(await gitText(home.repository.directory, ["fsck", "--strict", "--no-dangling"])).toBe("");
});

test("a tree is read as git lists it", async () => {
  await using home = await smallWorld();
  const blob = await writeBlob(home.repository, "hello\n");
  const tree = await writeTree(home.repository, null, [
    file("b/c/d.txt", blob),
    { path: "b/link", mode: "120000", oid: blob },
    { path: "b.sh", mode: "100755", oid: blob },
    { path: "lib", mode: "160000", oid: home.first },
  ]);

  for (const args of [[], ["-r", "-t"]]) {
    const listed = await gitText(home.repository.directory, ["ls-tree", ...args, "--long", tree]);
    const lines = (await listTree(home.repository, tree, args.length > 0)).map((entry) =>
      line(entry, entry.size),
    );
    expect(lines).toEqual(listed.split("\n"));
  }
  const listed = await gitText(home.repository.directory, [
    "ls-tree",
    "--format=%(objectmode) %(objecttype) %(objectname)       -%x09%(path)",
    tree,
  ]);
  expect((await readTree(home.repository, tree))?.map((entry) => line(entry, null))).toEqual(
    listed.split("\n"),
  );
  expect(await readTree(home.repository, `${tree}:b.sh`)).toBeNull();
});

function line({ mode, type, oid, path }: TreeEntry, size: number | null): string {
  return `${mode} ${type} ${oid} ${String(size ?? "-").padStart(7)}\t${path}`;
}

test("an object is there at once for git, however many write it at the same time", async () => {
  await using home = await smallWorld();
  const text = "the same\n".repeat(10_000);

  const oids = await Promise.all(Array.from({ length: 8 }, () => writeBlob(home.repository, text)));

  expect(new Set(oids).size).toBe(1);
  const commit = await home.commit(home.first, { "same.txt": text });
  const shown = await gitText(home.repository.directory, [
    "show",
    "--no-patch",
    "--format=%an %ae %ct",
    commit,
  ]);
  expect(shown).toBe(`${WHO.name} ${WHO.email} ${Date.parse(WHO.date) / 1000}`);
  expect((await git(home.repository.directory, ["cat-file", "blob", oids[0] ?? ""])).toString()).toBe(text);
});

function file(path: string, oid: string | undefined): TreeChange {
  if (oid === undefined) throw new Error(`nothing to put at ${path}`);
  return { path, mode: "100644", oid };
}

function someChange(random: () => number, blobs: string[], folders: string[]): TreeChange {
  const depth = 1 + pick(random, 3);
  const path = Array.from({ length: depth }, () => NAMES[pick(random, NAMES.length)]).join("/");
  const kind = pick(random, 5);
  if (kind === 0) return { path, mode: "100644", oid: null };
  if (kind === 1) return { path, mode: "040000", oid: folders[pick(random, folders.length)] ?? null };
  return { ...file(path, blobs[pick(random, blobs.length)]), mode: kind === 2 ? "100755" : "100644" };
}

/** The same by git's index: what goes and whole folders first, then files. */
async function writtenByGit(
  { repository: { directory } }: SmallWorld,
  base: string | null,
  changes: TreeChange[],
): Promise<string> {
  // Some of these ask for a work tree, and none touches it.
  const env = { GIT_INDEX_FILE: join(directory, "test-index"), GIT_WORK_TREE: directory };
  await git(directory, base === null ? ["read-tree", "--empty"] : ["read-tree", base], { env });
  for (const { path, mode, oid } of changes) {
    if (mode !== "040000" && oid !== null) continue;
    const args = ["rm", "--cached", "-r", "-q", "-f", "--ignore-unmatch", "--", `:(literal)${path}`];
    await git(directory, args, { env });
    if (oid === null) continue;
    // A file in the place of one of its folders has to go, as it does for a file.
    const parents = path.split("/").map((_, index, parts) => parts.slice(0, index).join("/"));
    const stdin = parents.slice(1).map((parent) => `0 ${NO_OBJECT}\t${parent}\0`);
    await git(directory, ["update-index", "-z", "--index-info"], { env, stdin: stdin.join("") });
    await git(directory, ["read-tree", `--prefix=${path}/`, oid], { env });
  }
  for (const { path, mode, oid } of changes) {
    if (mode === "040000" || oid === null) continue;
    const stdin = `${mode} ${oid}\t${path}\0`;
    await git(directory, ["update-index", "-z", "--add", "--replace", "--index-info"], { env, stdin });
  }
  return gitText(directory, ["write-tree"], { env });
}

function pick(random: () => number, length: number): number {
  return Math.floor(random() * length);
}
