/** Holds what a reviewer cites against the files of the head, and gives each finding the fingerprint of what it cites. */
import { createHash } from "node:crypto";
import { blobContents, blobSizes } from "../git/blobs.ts";
import { git } from "../git/git.ts";

/** The files of a head that somebody cites, by path; what is no regular file there is missing. */
export type CitedFiles = ReadonlyMap<string, CitedFile>;

/** White space of each line is folded; null: the file is too large to be read. */
export type CitedFile = { lines: string[] } | { lines: null };

/** What a citation points at, 1-based; `line` null: the file as a whole. */
export interface Citation {
  path: string;
  title: string;
  line: number | null;
  end_line: number | null;
}

const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** Lines of a citation that its fingerprint is of, so that a file can be searched for them in reasonable time. */
const MAX_LINES = 50;

/** Among findings of one review with the same lines, the last that is found again when its lines have moved. */
const MAX_ORDINAL = 9;

export async function readCited(dir: string, head: string, paths: ReadonlySet<string>): Promise<CitedFiles> {
  if (paths.size === 0) return new Map();
  const listing = await git(["ls-tree", "-r", "-z", "--full-tree", head], { dir });
  const found = new Map<string, string>();
  for (const entry of listing.split("\0")) {
    const [, oid, path] = /^100(?:644|755) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? [];
    if (oid !== undefined && path !== undefined && paths.has(path)) found.set(path, oid);
  }
  const sizes = await blobSizes(dir, [...new Set(found.values())]);
  const small = new Map([...sizes].filter(([, size]) => size <= MAX_FILE_BYTES));
  const contents = await blobContents(dir, small);
  return new Map([...found].map(([path, oid]) => [path, citedFile(contents.get(oid))]));
}

/** Null, or in one sentence why the citation does not stand at the head. */
export function faultOf({ path, line }: Pick<Citation, "path" | "line">, files: CitedFiles): string | null {
  const file = files.get(path);
  if (file === undefined) return `there is no file ${path} at the head`;
  if (line === null) return null;
  if (file.lines === null) return `${path} is too large for its lines to be looked at`;
  const count = file.lines.length;
  return line <= count ? null : `${path} has ${count} ${count === 1 ? "line" : "lines"} at the head`;
}

/**
 * The same lines have the same fingerprint wherever they stand in their file; `ordinal` tells findings of one review apart that cite
 * the same lines, from 0 on. The citation must stand at the head.
 */
export function fingerprint(citation: Citation, files: CitedFiles, ordinal: number): string {
  const lines = files.get(citation.path)?.lines ?? [];
  const { line, path, title } = citation;
  const text = line === null ? folded(title) : textOf(lines, line - 1, lengthOf(citation));
  return short(numbered(hashOf(path, text), ordinal));
}

/** Of those that a review has named before, the fingerprints whose lines stand nowhere in their file any more. */
export function goneFrom(
  known: readonly (Citation & { fingerprint: string })[],
  files: CitedFiles,
): string[] {
  const windows = new Map<string, Set<string>>();
  return known.filter((one) => !isThere(one, files, windows)).map((one) => one.fingerprint);
}

/** `windows`: the fingerprints that stretches of one length in one file can have, made once. */
function isThere(
  one: Citation & { fingerprint: string },
  files: CitedFiles,
  windows: Map<string, Set<string>>,
): boolean {
  const { path, line } = one;
  const file = files.get(path);
  if (file === undefined) return false;
  // Nothing can be said of a file as a whole, or of one that is too large.
  if (line === null || file.lines === null) return true;
  const length = lengthOf(one);
  const key = `${length} ${path}`;
  const fingerprints = windows.get(key) ?? stretches(path, file.lines, length);
  windows.set(key, fingerprints);
  return fingerprints.has(one.fingerprint);
}

function stretches(path: string, lines: readonly string[], length: number): Set<string> {
  const hashes = new Set(lines.map((_, start) => hashOf(path, textOf(lines, start, length))));
  const ordinals = Array.from({ length: MAX_ORDINAL + 1 }, (_, ordinal) => ordinal);
  return new Set([...hashes].flatMap((hash) => ordinals.map((ordinal) => short(numbered(hash, ordinal)))));
}

function lengthOf({ line, end_line }: Citation): number {
  return Math.min(MAX_LINES, Math.max(1, (end_line ?? line ?? 1) - (line ?? 1) + 1));
}

function textOf(lines: readonly string[], start: number, length: number): string {
  return lines
    .slice(start, start + length)
    .filter((text) => text !== "")
    .join(" ");
}

function hashOf(path: string, text: string): string {
  return createHash("sha256").update(`${path}\n${text}`).digest("hex");
}

function numbered(hash: string, ordinal: number): string {
  return ordinal === 0 ? hash : createHash("sha256").update(`${hash} ${ordinal}`).digest("hex");
}

function short(hash: string): string {
  return hash.slice(0, 12);
}

function folded(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function citedFile(content: Buffer | undefined): CitedFile {
  if (content === undefined) return { lines: null };
  const text = content.toString("utf8").replace(/\n$/, "");
  return { lines: text === "" ? [] : text.split("\n").map(folded) };
}
