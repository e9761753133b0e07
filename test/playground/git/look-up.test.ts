/** Objects and refs are read as git reads them, wherever it keeps them, and as they are now. */
import { expect, test } from "vitest";
import { listRefs } from "../../../src/playground/git/list-refs.ts";
import { lookUp } from "../../../src/playground/git/look-up.ts";
import { isAncestor, resolve, resolveAll } from "../../../src/playground/git/objects.ts";
import { git, tryGit } from "../../../src/playground/git/run.ts";
import { moveRefs } from "../../../src/playground/git/transaction.ts";
import { writeBlob } from "../../../src/playground/git/write.ts";
import { smallWorld, type SmallWorld } from "../small-world.ts";

/** What people, GitHub's clients and the playground itself ask for. */
const WAYS = [
  "",
  "^{commit}",
  "^{tree}",
  ":",
  ":README.md",
  ":a",
  ":a/",
  ":a/b.txt",
  ":a/b.txt/c",
  ":a/none",
  ":./a",
];
const OTHERS = [
  "main",
  "HEAD",
  "HEAD~1",
  "refs/heads/../heads/main",
  "refs/heads/none",
  "refs/x/blob:a",
  "f".repeat(40),
];

test.each([
  ["files of their own", []],
  ["one pack", ["repack", "-a", "-d", "-q"]],
  ["one pack, and refs in one file", ["gc", "-q"]],
])("what lies in %s is found as git finds it", async (_, args) => {
  await using home = await smallWorld();
  const { directory } = home.repository;
  const commit = await home.commit(home.first, { "a/b.txt": "b\n" });
  const blob = await writeBlob(home.repository, "a blob\n");
  await git(directory, ["update-ref", "refs/heads/main", commit]);
  await git(directory, ["update-ref", "refs/x/blob", blob]);
  const env = { GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" };
  await git(directory, ["tag", "-a", "-m", "One", "one", commit], { env });
  await git(directory, ["tag", "-a", "-m", "Two", "two", "one"], { env });
  await git(directory, ["symbolic-ref", "refs/x/other", "refs/heads/main"]);
  if (args.length > 0) await git(directory, args);
  const names = [commit, "HEAD", "refs/heads/main", "refs/tags/two", "refs/x/blob", "refs/x/other", blob];
  const revisions = [...names.flatMap((name) => WAYS.map((way) => `${name}${way}`)), ...OTHERS];

  const expected = await Promise.all(revisions.map((revision) => readByGit(home, revision)));
  for (const time of ["first", "second"]) {
    const found = await lookUp(home.repository, revisions);
    const read = found.map(
      (object) => object && `${object.oid} ${object.type} ${object.bytes.toString("hex")}`,
    );
    expect({ time, read }).toEqual({ time, read: expected });
  }
});

test("each of many questions gets its own answer, whatever the others ask for", async () => {
  await using home = await smallWorld();
  const large = Buffer.alloc(3_000_000, "all of it\n");
  const contents = [Buffer.from(""), large, Buffer.from("no newline at the end"), Buffer.from("\n\0\n")];
  const oids = await Promise.all(contents.map((bytes) => writeBlob(home.repository, bytes)));

  const objects = await lookUp(home.repository, [
    ...oids,
    "f".repeat(40),
    "two\nlines",
    "",
    "no such branch",
  ]);

  expect(objects.map((object) => object?.oid ?? null)).toEqual([...oids, null, null, null, null]);
  expect(contents.map((bytes, index) => objects[index]?.bytes.equals(bytes))).toEqual(oids.map(() => true));
});

test("what is written, moved and removed between two questions is seen by the second", async () => {
  await using home = await smallWorld();
  const { directory } = home.repository;
  const name = "refs/x/here";
  expect(await resolve(home.repository, name)).toBeNull();

  await git(directory, ["update-ref", name, home.first]);
  const loose = await resolve(home.repository, name);
  await git(directory, ["pack-refs", "--all"]);
  await git(directory, ["repack", "-a", "-d", "-q"]);
  const packed = await resolveAll(home.repository, [name, home.first]);
  await git(directory, ["update-ref", "-d", name]);

  expect(loose).toBe(home.first);
  expect(packed.map((found) => found?.oid)).toEqual([home.first, home.first]);
  expect(await resolve(home.repository, name)).toBeNull();
});

test("a commit that is not there yet is nobody's ancestor, and is one as soon as it is there", async () => {
  await using home = await smallWorld();
  await using other = await smallWorld();
  const next = await other.commit(other.first, { "a.txt": "a\n" });
  const before = await isAncestor(home.repository, home.first, next);

  // The same fields make the same commit.
  expect(await home.commit(home.first, { "a.txt": "a\n" })).toBe(next);

  expect(before).toBe(false);
  expect(await isAncestor(home.repository, home.first, next)).toBe(true);
  expect(await isAncestor(home.repository, next, home.first)).toBe(false);
});

test("refs are listed as git lists them: loose, packed, both, symbolic and removed", async () => {
  await using home = await smallWorld();
  const { directory } = home.repository;
  const next = await home.commit(home.first, { "a.txt": "a\n" });
  const names = [
    "refs/heads/a",
    "refs/heads/b/c",
    "refs/heads/b-d",
    "refs/heads/ä",
    "refs/tags/v1",
    "refs/x/1",
  ];
  await moveRefs(
    directory,
    names.map((name) => ({ name, before: null, after: home.first })),
  );
  await tryGit(directory, ["pack-refs", "--all"]);
  await moveRefs(directory, [
    { name: "refs/heads/a", before: home.first, after: next },
    { name: "refs/heads/b-d", before: home.first, after: null },
    { name: "refs/heads/new", before: null, after: next },
  ]);
  await tryGit(directory, ["symbolic-ref", "refs/x/other", "refs/heads/a"]);
  await tryGit(directory, ["symbolic-ref", "refs/x/nothing", "refs/heads/none"]);

  const listed = await listRefs(home.repository, "refs/");

  const lines = listed.map(({ name, oid }) => `${oid} ${name}`);
  expect(lines).toEqual(await asked(home, "for-each-ref", "--format=%(objectname) %(refname)"));
  expect((await listRefs(home.repository, "refs/heads/b")).map(({ name }) => name)).toEqual([
    "refs/heads/b/c",
  ]);
  expect(await listRefs(home.repository, "refs/none/")).toEqual([]);
});

async function readByGit({ repository }: SmallWorld, revision: string): Promise<string | null> {
  const stdin = `${revision}\n`;
  const { stdout } = await tryGit(repository.directory, ["cat-file", "--batch"], { stdin });
  const end = stdout.indexOf("\n");
  const [oid = "", type = "", size] = stdout.toString("utf8", 0, end).split(" ");
  return size === undefined
    ? null
    : `${oid} ${type} ${stdout.subarray(end + 1, end + 1 + Number(size)).toString("hex")}`;
}

async function asked({ repository }: SmallWorld, ...args: string[]): Promise<string[]> {
  const { stdout } = await tryGit(repository.directory, args);
  return stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
}
