/** Writes an agent's commits anew: GZA as author, cleaned messages, trailers; trees, order and dates stay, and what was people's before. */
import type { Job } from "../../domain/job.ts";
import { cleanMessage } from "./commit-message.ts";
import { git } from "../git/git.ts";
import type { OriginalCommit } from "../git/original-commits.ts";
import { GZA_EMAIL, GZA_NAME } from "../prepare.ts";

export interface Rewrite {
  /** A bare repository. */
  dir: string;
  tip: string;
  /** What is left as it is, as arguments of `git rev-list`. */
  not: readonly string[];
  job: Pick<Job, "issue" | "attempt" | "email">;
  /** Commits that keep author and message of what they were picked from. */
  picked?: ReadonlyMap<string, OriginalCommit>;
}

interface Commit {
  oid: string;
  tree: string;
  parents: string[];
  authored: string;
  committed: string;
  message: string;
}

/** The new tip. The same commits give the same new ones, for dates are kept and names fixed. */
export async function rewriteCommits(rewrite: Rewrite): Promise<string> {
  const { dir, tip, not } = rewrite;
  const listing = await git(["rev-list", "--reverse", "--topo-order", tip, ...not], { dir });
  const renamed = new Map<string, string>();
  for (const oid of listing.split("\n").filter((line) => line !== "")) {
    const commit = await readCommit(dir, oid);
    const parents = commit.parents.map((parent) => renamed.get(parent) ?? parent);
    const original = rewrite.picked?.get(oid);
    const written =
      original === undefined
        ? await writeOwn(rewrite, { ...commit, parents })
        : await writePicked(rewrite, { ...commit, parents }, original);
    renamed.set(oid, written.trim());
  }
  return renamed.get(tip) ?? tip;
}

function writeOwn({ dir, job }: Rewrite, commit: Commit): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  return git(["commit-tree", commit.tree, ...parents, "-F", "-"], {
    dir,
    input: cleanMessage(commit.message, { task: job.issue, attempt: job.attempt }),
    env: {
      ...gzaIdentity(commit.authored, commit.committed),
      GIT_AUTHOR_EMAIL: job.email,
      GIT_COMMITTER_EMAIL: job.email,
    },
  });
}

/** Written as an object of its own: git would clean a name that it once took as it was. */
function writePicked({ dir, job }: Rewrite, commit: Commit, original: OriginalCommit): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${original.author}`,
    `committer ${GZA_NAME} <${job.email}> ${commit.committed.replace(/^@/, "")}`,
  ];
  const input = `${lines.join("\n")}\n\n${original.message}`;
  return git(["hash-object", "-t", "commit", "-w", "--stdin"], { dir, input });
}

/** git's environment for a commit by GZA; dates as git stores them (`<seconds> <zone>`), today's where they are missing. */
export function gzaIdentity(authored?: string, committed?: string): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: GZA_NAME,
    GIT_AUTHOR_EMAIL: GZA_EMAIL,
    GIT_COMMITTER_NAME: GZA_NAME,
    GIT_COMMITTER_EMAIL: GZA_EMAIL,
    ...(authored === undefined ? {} : { GIT_AUTHOR_DATE: authored }),
    ...(committed === undefined ? {} : { GIT_COMMITTER_DATE: committed }),
  };
}

async function readCommit(dir: string, oid: string): Promise<Commit> {
  const text = await git(["cat-file", "commit", oid], { dir });
  const blank = text.indexOf("\n\n");
  const headers = (blank === -1 ? text : text.slice(0, blank)).split("\n");
  const valuesOf = (name: string): string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [tree] = valuesOf("tree");
  if (tree === undefined) throw new Error(`the commit ${oid} has no tree`);
  return {
    oid,
    tree,
    parents: valuesOf("parent"),
    authored: dateOf(valuesOf("author")[0]),
    committed: dateOf(valuesOf("committer")[0]),
    message: blank === -1 ? "" : text.slice(blank + 2),
  };
}

/** `index-pack --strict` has checked that every commit carries its dates in this form. */
function dateOf(line: string | undefined): string {
  const date = /> (\d+ [+-]\d{4})$/.exec(line ?? "")?.[1];
  if (date === undefined) throw new Error(`a commit without a date: ${line ?? ""}`);
  return `@${date}`;
}
