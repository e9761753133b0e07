/** Writes blobs, trees and commits, without touching any ref. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../model/world.ts";
import type { Commit, TreeEntry } from "./objects.ts";
import { git, gitText } from "./run.ts";

export async function writeBlob(repository: Repository, bytes: Uint8Array | string): Promise<string> {
  return gitText(repository.directory, ["hash-object", "-w", "--stdin"], { stdin: bytes });
}

export type NewCommit = Omit<Commit, "oid">;

/** The oid of a commit with exactly these fields: the same fields make the same commit. */
export async function writeCommit(repository: Repository, commit: NewCommit): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${signature(commit.author)}`,
    `committer ${signature(commit.committer)}`,
  ];
  const stdin = `${lines.join("\n")}\n\n${commit.message}`;
  return gitText(repository.directory, ["hash-object", "-t", "commit", "-w", "--stdin"], { stdin });
}

/** One path of a new tree; `oid` null takes the path (a file or a whole folder) away. */
export interface TreeChange {
  path: string;
  mode: TreeEntry["mode"];
  oid: string | null;
}

/**
 * The tree that the changes make of `base` (null: of nothing). A `040000` entry puts a whole tree in place. All objects must exist.
 */
export async function writeTree(
  repository: Repository,
  base: string | null,
  changes: TreeChange[],
): Promise<string> {
  const index = join(repository.directory, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  const { directory } = repository;
  try {
    await git(directory, base === null ? ["read-tree", "--empty"] : ["read-tree", base], { env });
    for (const { path, mode, oid } of changes) {
      if (mode !== "040000" && oid !== null) continue;
      await git(
        directory,
        ["rm", "--cached", "-r", "-q", "-f", "--ignore-unmatch", "--", `:(literal)${path}`],
        { env },
      );
      if (oid !== null) await git(directory, ["read-tree", `--prefix=${path}/`, oid], { env });
    }
    const lines = changes
      .filter(({ mode, oid }) => mode !== "040000" && oid !== null)
      .map(({ mode, oid, path }) => `${mode} ${oid}\t${path}\0`);
    if (lines.length > 0) {
      const args = ["update-index", "-z", "--add", "--replace", "--index-info"];
      await git(directory, args, { env, stdin: lines.join("") });
    }
    return await gitText(directory, ["write-tree"], { env });
  } finally {
    await rm(index, { force: true });
  }
}

/** As git writes it; characters that would end a field are left out. */
function signature({ name, email, date }: Commit["author"]): string {
  const seconds = Math.floor(Date.parse(date) / 1000);
  const clean = (text: string): string => text.replaceAll(/[<>\n\0]/g, "").trim();
  return `${clean(name)} <${clean(email)}> ${seconds} +0000`;
}
