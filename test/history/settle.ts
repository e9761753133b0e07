/**
 * The agent's program for a rebase that stopped; it runs in the clone as `node settle.ts <issue>`. It settles conflicts as the real history
 * did where all changes are on the base that led there, else it keeps both sides; it never takes the base's side alone.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ListedChange, Manifest } from "./manifest.ts";

const REPLAY = "origin/replay";
const MEBIBYTE = 1024 * 1024;

const issue = Number(process.argv[2]);
const manifest = JSON.parse(
  read(["cat-file", "blob", `${REPLAY}:manifest.json`]).toString("utf8"),
) as Manifest;
const self = manifest.changes.find((change) => change.issue === issue);
const present = presentChanges();

for (const path of candidates()) settle(path);

function settle(path: string): void {
  const hasMarkers = isMarked(path);
  if (!hasMarkers && !isDeletedOnOneSide(path)) return;
  const latest = realOutcome(path);
  if (latest !== null) takeReal(path, latest);
  else if (hasMarkers) keepBoth(path);
  console.log(`${path}: ${latest === null ? "both sides stay" : `as it was after #${latest}`}`);
}

/** What is on the base, and this task itself. */
function presentChanges(): ListedChange[] {
  const messages = read(["log", "--format=%B", `${manifest.base}..HEAD`]).toString("utf8");
  const landed = new Set([...messages.matchAll(/^Gza-Task: #(\d+)$/gm)].map(([, number]) => number));
  return manifest.changes.filter((change) => change === self || landed.has(String(change.issue)));
}

/** Whatever is not as the base has it, and what this task changes. */
function candidates(): string[] {
  const changed = read(["diff", "--name-only", "--no-renames", "-z", "HEAD"]);
  const added = read(["ls-files", "--others", "--exclude-standard", "-z"]);
  const paths = `${changed.toString("utf8")}${added.toString("utf8")}`.split("\0");
  return [...new Set([...paths, ...Object.keys(self?.files ?? {})])].filter((path) => path !== "");
}

/** The newest present change to this path, where all before it are present or contained in one that is; null: nobody knows the outcome. */
function realOutcome(path: string): number | null {
  const isThere = present.map((change) => path in change.files);
  const latest = present[isThere.lastIndexOf(true)];
  if (latest === undefined || latest.issue === null) return null;
  const before = manifest.changes.slice(0, manifest.changes.indexOf(latest) + 1);
  const whole = before.findLastIndex((change) => present.includes(change) && change.files[path] === true);
  const missing = before.slice(whole + 1).find((change) => path in change.files && !present.includes(change));
  return missing === undefined ? latest.issue : null;
}

function takeReal(path: string, latest: number): void {
  const place = `${latest}/real/${path}`;
  const listing = read(["--literal-pathspecs", "ls-tree", "-z", REPLAY, "--", place]).toString("utf8");
  rmSync(path, { recursive: true, force: true });
  const [mode = "", , oid = ""] = listing.split(/[ \t]/);
  if (mode === "") return;
  mkdirSync(dirname(path), { recursive: true });
  if (mode === "120000") return symlinkSync(read(["cat-file", "blob", oid]), path);
  writeFileSync(path, read(["cat-file", "--filters", `--path=${path}`, oid]));
  chmodSync(path, mode === "100755" ? 0o755 : 0o644);
}

/** Line by line, as bytes. */
function keepBoth(path: string): void {
  let isAncestor = false;
  const kept = readFileSync(path, "latin1")
    .split(/(?<=\n)/)
    .filter((line) => {
      const marker = markerOf(line);
      if (marker === "|") isAncestor = true;
      else if (marker !== "") isAncestor = false;
      return marker === "" && !isAncestor;
    });
  writeFileSync(path, kept.join(""), "latin1");
}

/** Which of git's four markers a line is, by its sign; empty: none. */
function markerOf(line: string): string {
  return (
    /^(?:([<|>])\1{6} |(=)={6}\r?\n)/
      .exec(line)
      ?.slice(1)
      .find((sign) => sign !== undefined) ?? ""
  );
}

/** Markers that the base has at that place too are no conflict. */
function isMarked(path: string): boolean {
  if (!isFile(path)) return false;
  const before = tryRead(["cat-file", "blob", `HEAD:${path}`])?.toString("latin1") ?? "";
  return countMarkers(readFileSync(path, "latin1")) > countMarkers(before);
}

function countMarkers(text: string): number {
  return text.match(/^<{7} /gm)?.length ?? 0;
}

/** One side deleted what the other one changed, and git left the file lying there. */
function isDeletedOnOneSide(path: string): boolean {
  if (self === undefined || !(path in self.files) || !isThere(path)) return false;
  const isDeletedHere = tryRead(["cat-file", "-e", `${REPLAY}:${issue}/real/${path}`]) === null;
  const wasThere = tryRead(["cat-file", "-e", `${manifest.base}:${path}`]) !== null;
  const isOnBase = tryRead(["cat-file", "-e", `HEAD:${path}`]) !== null;
  return isDeletedHere ? isOnBase : wasThere && !isOnBase;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function read(args: readonly string[]): Buffer {
  return execFileSync("git", args, { maxBuffer: 256 * MEBIBYTE });
}

/** null: there is no such thing. */
function tryRead(args: readonly string[]): Buffer | null {
  try {
    return execFileSync("git", args, { maxBuffer: 256 * MEBIBYTE, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    // git's way to say that an object is not there.
    return null;
  }
}
