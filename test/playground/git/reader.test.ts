/** Objects are read as they are now, however many are asked for at once, and answers about them are kept only where they cannot change. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { isAncestor, readObjects, resolve, resolveAll } from "../../../src/playground/git/objects.ts";
import { git } from "../../../src/playground/git/run.ts";
import { writeBlob } from "../../../src/playground/git/write.ts";
import { smallWorld } from "../small-world.ts";

test("each of many questions gets its own answer, whatever the others ask for", async () => {
  await using home = await smallWorld();
  const large = Buffer.alloc(3_000_000, "all of it\n");
  const contents = [Buffer.from(""), large, Buffer.from("no newline at the end"), Buffer.from("\n\0\n")];
  const oids = await Promise.all(contents.map((bytes) => writeBlob(home.repository, bytes)));

  const [objects, ...kinds] = await Promise.all([
    readObjects(home.repository, [...oids, "f".repeat(40), "two\nlines", "", "no such branch"]),
    ...[...oids, home.first, "refs/heads/none"].map((name) => resolveAll(home.repository, [name])),
  ]);

  expect(objects.map((object) => object?.oid ?? null)).toEqual([...oids, null, null, null, null]);
  expect(contents.map((bytes, index) => objects[index]?.bytes.equals(bytes))).toEqual(oids.map(() => true));
  expect(kinds.flat().map((found) => found?.type ?? null)).toEqual([
    "blob",
    "blob",
    "blob",
    "blob",
    "commit",
    null,
  ]);
});

test("what is written, moved and removed between two questions is seen by the second", async () => {
  await using home = await smallWorld();
  const name = "refs/x/here";
  expect(await resolve(home.repository, name)).toBeNull();

  await git(home.repository.directory, ["update-ref", name, home.first]);
  const loose = await resolve(home.repository, name);
  await git(home.repository.directory, ["pack-refs", "--all"]);
  await git(home.repository.directory, ["repack", "-a", "-d", "-q"]);
  const packed = await resolveAll(home.repository, [name, home.first]);
  await git(home.repository.directory, ["update-ref", "-d", name]);

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

test("a program that has read something ends by itself", async () => {
  await using home = await smallWorld();
  const module = new URL("../../../src/playground/git/reader.ts", import.meta.url).href;
  const program = `const { ask } = await import(${JSON.stringify(module)});
    const [found] = await ask(${JSON.stringify(home.repository.directory)}, "info", ["${home.first}"]);
    console.log(found.type);`;

  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);

  expect(stdout).toBe("commit\n");
});
