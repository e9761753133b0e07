/** Takes the bundle of an agent's workflow job into the publisher's repository: as bytes, one named ref, every object checked. */
import { branchRef } from "../../domain/names.ts";
import { git, GitLimit, tryGit } from "./git.ts";
import { openPlain } from "../open-plain.ts";
import { packProblem } from "./pack-size.ts";
import { head, plainText } from "../plain-text.ts";
import { WORK_BRANCH } from "../prepare.ts";

export const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

export type ReadBundle =
  | { kind: "missing" }
  | { kind: "too_big"; bytes: number }
  | { kind: "broken"; why: string }
  | { kind: "bundle"; bytes: Buffer };

export type Unbundled = { kind: "tip"; tip: string } | { kind: "broken"; why: string };

/** Reads the file without following a link; only a regular file of at most 64 MiB is a bundle. */
export async function readBundle(file: string): Promise<ReadBundle> {
  const opened = await openPlain(file);
  if (opened.kind === "missing") return { kind: "missing" };
  if (opened.kind === "not_plain") return { kind: "broken", why: "it is not a regular file" };
  await using handle = opened.handle;
  if (opened.bytes > MAX_BUNDLE_BYTES) return { kind: "too_big", bytes: opened.bytes };
  return { kind: "bundle", bytes: await handle.readFile() };
}

/**
 * Indexes the bundle's pack in the bare repository `dir` and answers with the tip of its one branch. `git fetch` from a bundle checks
 * objects only in newer versions of git, so the header is read here and the pack goes to `index-pack --strict` itself.
 */
export async function unbundle(bytes: Buffer, dir: string): Promise<Unbundled> {
  const header = parseHeader(bytes);
  if (header === null) return { kind: "broken", why: "it does not begin as a git bundle does" };
  const [ref] = header.refs;
  if (header.refs.length !== 1 || ref?.name !== branchRef(WORK_BRANCH)) {
    return { kind: "broken", why: `it must hold ${branchRef(WORK_BRANCH)} and nothing else` };
  }
  const pack = bytes.subarray(header.end);
  const problem = packProblem(pack);
  if (problem !== null) return { kind: "broken", why: problem };
  try {
    return await index(pack, { dir, tip: ref.oid });
  } catch (error) {
    if (error instanceof GitLimit) return { kind: "broken", why: "git cannot read it to its end" };
    throw error;
  }
}

async function index(pack: Buffer, { dir, tip }: { dir: string; tip: string }): Promise<Unbundled> {
  // Modes that git only frowns at would be written down by every git that reads them as it likes.
  const args = ["index-pack", "--stdin", "--strict=badFilemode=error", "--fix-thin", LIMIT];
  const indexed = await tryGit(args, { dir, input: pack, seconds: 300 });
  if (indexed.exit !== 0) return { kind: "broken", why: reason(indexed.stderr) };
  // Everything that the tip needs must be there now, down to the last file.
  const walk = ["rev-list", "--objects", "--quiet", tip, "--not", "--all"];
  const connected = await tryGit(walk, { dir, seconds: 300 });
  if (connected.exit !== 0) return { kind: "broken", why: reason(connected.stderr) };
  const type = await git(["cat-file", "-t", tip], { dir });
  return type.trim() === "commit"
    ? { kind: "tip", tip }
    : { kind: "broken", why: "its branch points at no commit" };
}

const LIMIT = `--max-input-size=${MAX_BUNDLE_BYTES}`;

interface Header {
  refs: { oid: string; name: string }[];
  /** Where the pack begins. */
  end: number;
}

const MAX_HEADER_BYTES = 64 * 1024;

/** Version 2 of gitformat-bundle(5): `-<oid>` lines are what the receiver must have, `<oid> <ref>` lines what it gets. */
function parseHeader(bytes: Buffer): Header | null {
  const blank = bytes.subarray(0, MAX_HEADER_BYTES).indexOf("\n\n");
  if (blank === -1) return null;
  const [signature, ...lines] = bytes.subarray(0, blank).toString("latin1").split("\n");
  if (signature !== "# v2 git bundle") return null;
  const refs: Header["refs"] = [];
  for (const line of lines) {
    if (/^-[0-9a-f]{40,64}(?: |$)/.test(line)) continue;
    const [, oid, name] = /^([0-9a-f]{40}|[0-9a-f]{64}) (refs\/[\x21-\x7e]+)$/.exec(line) ?? [];
    if (oid === undefined || name === undefined) return null;
    refs.push({ oid, name });
  }
  return { refs, end: blank + 2 };
}

function reason(stderr: string): string {
  return head(plainText(stderr).trim().split("\n")[0] ?? "", 300) || "git cannot read it";
}
