/** Writes git objects of the ledger over REST. Nobody sees them until a ref is moved to them. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Sha } from "../domain/task.ts";
import type { Client, RepositoryKey } from "./client.ts";

const Written = z.looseObject({ sha: Sha });
const Tree = z.looseObject({ tree: z.array(z.looseObject({ path: z.string(), sha: Sha })) });
const Commit = z.looseObject({ tree: Written });

/** 128 random bits for each commit: two replicas' equal decisions must not become one and the same commit. */
export function nonce(): string {
  return randomBytes(16).toString("hex");
}

/** Several trees in one request: each is a folder of a tree that nothing points at, and a tree of its own by its id. One without files is none. */
export async function writeTrees<Name extends string>(
  client: Client,
  { owner, name }: RepositoryKey,
  folders: { [name in Name]: { [path: string]: string } },
): Promise<{ [name in Name]?: Sha }> {
  const tree = Object.entries<{ [path: string]: string }>(folders).flatMap(([folder, files]) =>
    Object.entries(files).map(([path, content]) => {
      return { path: `${folder}/${path}`, content, mode: "100644" as const, type: "blob" as const };
    }),
  );
  if (tree.length === 0) return {};
  const route = "POST /repos/{owner}/{repo}/git/trees";
  const response = await client.request(route, { owner, repo: name, tree });
  const written = Tree.parse(response.data).tree.map(({ path, sha }) => [path, sha]);
  return Object.fromEntries(written) as { [name in Name]?: Sha };
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
