/** Writes git objects of the ledger over REST. Nobody sees them until a ref is moved to them. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Sha } from "../domain/task.ts";
import type { Client, RepositoryKey } from "./client.ts";

const Written = z.looseObject({ sha: Sha });
const Commit = z.looseObject({ tree: Written });

/** 128 random bits for each commit: two replicas' equal decisions must not become one and the same commit. */
export function nonce(): string {
  return randomBytes(16).toString("hex");
}

/** A tree of these files at its top, and of `base`'s others. */
export async function writeTree(
  client: Client,
  { owner, name }: RepositoryKey,
  { files, base }: { files: { [path: string]: string }; base: Sha | null },
): Promise<Sha> {
  const tree = Object.entries(files).map(([path, content]) => {
    if (path.startsWith(".github")) throw new Error(`${path} must not stand in a tree of the ledger`);
    return { path, content, mode: "100644" as const, type: "blob" as const };
  });
  const response = await client.request("POST /repos/{owner}/{repo}/git/trees", {
    owner,
    repo: name,
    tree,
    ...(base !== null && { base_tree: base }),
  });
  return Written.parse(response.data).sha;
}

export async function writeCommit(
  client: Client,
  { owner, name }: RepositoryKey,
  commit: { message: string; tree: Sha; parents: Sha[] },
): Promise<Sha> {
  const response = await client.request("POST /repos/{owner}/{repo}/git/commits", {
    owner,
    repo: name,
    ...commit,
  });
  return Written.parse(response.data).sha;
}

export async function treeOf(client: Client, { owner, name }: RepositoryKey, commit: Sha): Promise<Sha> {
  const response = await client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
    owner,
    repo: name,
    commit_sha: commit,
  });
  return Commit.parse(response.data).tree.sha;
}
