/** Compares two commits: how much changed, and each file with its patch. */
import type { Repository } from "../model/world.ts";
import { distance } from "./graph.ts";
import { remembered } from "./remember.ts";
import { git, gitText } from "./run.ts";

export interface ChangedFile {
  path: string;
  previousPath: string | null;
  status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  additions: number;
  deletions: number;
  /** Oid of the file as it is now, or was when it is removed. */
  oid: string;
}

export interface FileDiff extends ChangedFile {
  /** The hunks without the file's header; null for binary files and unchanged content. */
  patch: string | null;
}

/** What `head` brings over its common ancestor with `base`. */
export async function sizeOf(
  repository: Repository,
  base: string,
  head: string,
): Promise<{ commits: number; additions: number; deletions: number; changedFiles: number }> {
  const [{ ahead }, summary] = await Promise.all([
    distance(repository, base, head),
    remembered(repository, { question: "summary", oids: [base, head] }, () =>
      gitText(repository.directory, ["diff", "--shortstat", "-M", "--merge-base", base, head, "--"]),
    ),
  ]);
  const count = (pattern: RegExp): number => Number(pattern.exec(summary)?.[1] ?? 0);
  return {
    commits: ahead,
    additions: count(/(\d+) insertion/),
    deletions: count(/(\d+) deletion/),
    changedFiles: count(/(\d+) files? changed/),
  };
}

/** The tree without any file; git knows it everywhere. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** The files that differ from `before` (null: from nothing) to `after`, by path, renames found as GitHub does. */
export async function diffFiles(
  repository: Repository,
  before: string | null,
  after: string,
): Promise<FileDiff[]> {
  const range = [before ?? EMPTY_TREE, after, "--"];
  const [files, patches] = await Promise.all([
    changedFiles(repository, before, after),
    git(repository.directory, ["diff", "--patch", "--no-ext-diff", "--no-color", "-M", ...range]),
  ]);
  const texts = parsePatches(patches.toString("utf8"));
  return files.map((file, index) => ({ ...file, patch: texts[index] ?? null }));
}

/** As `diffFiles`, without the patches. */
export function changedFiles(
  repository: Repository,
  before: string | null,
  after: string,
): Promise<ChangedFile[]> {
  const oids = [before ?? EMPTY_TREE, after];
  return remembered(repository, { question: "files", oids }, async () => {
    const args = ["--no-ext-diff", "--no-color", "-M", "-z", "--abbrev=40"];
    const [raw, numbers] = await Promise.all([
      gitText(repository.directory, ["diff", "--raw", ...args, ...oids, "--"]),
      gitText(repository.directory, ["diff", "--numstat", ...args, ...oids, "--"]),
    ]);
    const counts = parseNumbers(numbers);
    return parseRaw(raw).map((file, index) => ({
      ...file,
      ...(counts[index] ?? { additions: 0, deletions: 0 }),
    }));
  });
}

const STATUSES = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
} as const;

function parseRaw(raw: string): Omit<ChangedFile, "additions" | "deletions">[] {
  const words = raw.split("\0");
  const files = [];
  for (let at = 0; at + 1 < words.length;) {
    const [, , before = "", after = "", letter = ""] = (words[at] ?? "").split(" ");
    const status = STATUSES[letter.charAt(0) as keyof typeof STATUSES];
    const moved = status === "renamed" || status === "copied";
    const first = words[at + 1] ?? "";
    files.push({
      path: moved ? (words[at + 2] ?? "") : first,
      previousPath: moved ? first : null,
      status,
      oid: status === "removed" ? before : after,
    });
    at += moved ? 3 : 2;
  }
  return files;
}

/** `-` stands for binary files, which GitHub counts as no lines. */
function parseNumbers(numbers: string): { additions: number; deletions: number }[] {
  return [...numbers.matchAll(/(?:^|\0)(\d+|-)\t(\d+|-)\t/g)].map(([, added, removed]) => ({
    additions: Number(added) || 0,
    deletions: Number(removed) || 0,
  }));
}

/** One text a file. A file that became a link is two sections with one header: the first is kept. */
function parsePatches(text: string): (string | null)[] {
  const sections = `\n${text}`.split("\ndiff --git ").slice(1);
  const headers = sections.map((section) => section.slice(0, section.indexOf("\n")));
  return sections
    .filter((_, index) => index === 0 || headers[index] !== headers[index - 1])
    .map((section) => {
      const start = section.indexOf("\n@@ ");
      return start === -1 ? null : section.slice(start + 1).replace(/\n$/, "");
    });
}

/** The whole difference as git writes it: GitHub's `diff` media type. */
export async function rawDiff(repository: Repository, before: string, after: string): Promise<string> {
  const args = ["diff", "--patch", "--no-ext-diff", "--no-color", "-M", before, after, "--"];
  return (await git(repository.directory, args)).toString("utf8");
}
