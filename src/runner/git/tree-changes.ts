/** Lists what changed between two commits, for the guard: trees and blobs are read, nothing is ever checked out. */
import type { Change } from "../../domain/guard.ts";
import { blobBeginnings, blobContents, blobSizes } from "./blobs.ts";
import { git } from "./git.ts";
import type { Range } from "./patch.ts";

/** Beyond these the guard refuses by count alone, and contents are not worth reading. */
const MAX_READ_FILES = 3000;

const LINK = "120000";
const SUBMODULE = "160000";
const GONE = "000000";

/** As git itself judges: a file is binary if its first 8,000 bytes hold a zero byte. */
const BINARY_PROBE = 8000;

/** One path that differs, by its names in git; `oid` is its content afterwards. */
export interface Entry {
  path: string;
  mode: Change["mode"];
  oid: string;
}

/** Every path that differs, by what it is afterwards. Paths that are not UTF-8 carry U+FFFD, which the guard refuses. */
export async function treeChanges(dir: string, range: Range): Promise<Change[]> {
  return changesOf(dir, await changedEntries(dir, range));
}

/** The same with contents not looked at. Both ends may be trees. */
export async function changedEntries(dir: string, { before, after }: Range): Promise<Entry[]> {
  const args = ["-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", before, after];
  return parseRaw(await git(["diff-tree", ...args], { dir }));
}

export async function changesOf(dir: string, entries: readonly Entry[]): Promise<Change[]> {
  const blobs = entries.filter(holdsBlob).map((entry) => entry.oid);
  const sizes = await blobSizes(dir, [...new Set(blobs)]);
  const isReadable = blobs.length <= MAX_READ_FILES;
  const beginnings = isReadable ? await blobBeginnings(dir, sizes, BINARY_PROBE) : new Map<string, Buffer>();
  return entries.map((entry) => changeOf(entry, sizes, beginnings));
}

function changeOf(
  entry: Entry,
  sizes: ReadonlyMap<string, number>,
  beginnings: ReadonlyMap<string, Buffer>,
): Change {
  const { path, mode, oid } = entry;
  const content = holdsBlob(entry) ? beginnings.get(oid) : undefined;
  return {
    path,
    mode,
    bytes: holdsBlob(entry) ? (sizes.get(oid) ?? 0) : 0,
    binary: mode.after !== LINK && content !== undefined && content.includes(0),
    pointer: mode.after !== LINK && content !== undefined && isPointer(content),
    target: mode.after === LINK ? (content?.toString("utf8") ?? null) : null,
  };
}

/** As Git LFS writes them (its docs/spec.md): small, and beginning with the version. */
function isPointer(content: Buffer): boolean {
  return (
    content.length < 1024 && content.toString("latin1").startsWith("version https://git-lfs.github.com/spec/")
  );
}

/** Every path of a commit's tree. */
export async function allPaths(dir: string, commit: string): Promise<string[]> {
  const names = await git(["ls-tree", "-r", "-z", "--name-only", commit], { dir });
  return names.split("\0").filter((path) => path !== "");
}

/** Where each symbolic link of a commit's tree points to. */
export async function linksOf(dir: string, commit: string): Promise<Map<string, string>> {
  const listing = await git(["ls-tree", "-r", "-z", commit], { dir });
  const links = listing
    .split("\0")
    .filter((line) => line.startsWith(`${LINK} `))
    .map((line) => ({ path: line.slice(line.indexOf("\t") + 1), oid: line.split(/[ \t]/)[2] ?? "" }));
  const contents = await blobContents(dir, await blobSizes(dir, [...new Set(links.map(({ oid }) => oid))]));
  return new Map(links.map(({ path, oid }) => [path, contents.get(oid)?.toString("utf8") ?? ""]));
}

function holdsBlob(entry: Entry): boolean {
  return entry.mode.after !== GONE && entry.mode.after !== SUBMODULE;
}

/** `:<mode> <mode> <oid> <oid> <status>` and the path, each ended by a zero byte. */
function parseRaw(output: string): Entry[] {
  const fields = output.split("\0");
  const entries: Entry[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [before, after, , oid] = (fields[index] ?? "").replace(/^:/, "").split(" ");
    const path = fields[index + 1];
    if (before === undefined || after === undefined || oid === undefined || path === undefined) {
      throw new Error("git diff-tree answered in a form that is not known; its version may be too new");
    }
    entries.push({ path, mode: { before, after }, oid });
  }
  return entries;
}
