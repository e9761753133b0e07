/** Lists the refs of a repository. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../model/world.ts";
import { gitText } from "./run.ts";
import { packedRefs, readRef } from "./store.ts";

export interface Ref {
  name: string;
  oid: string;
}

/** All refs whose name begins with `prefix` (as GitHub's matching-refs: `refs/heads/feat` finds `refs/heads/feature`), by name. */
export async function listRefs({ directory }: Repository, prefix: string): Promise<Ref[]> {
  const folder = prefix.startsWith("refs/") ? prefix.slice(0, prefix.lastIndexOf("/")) : "refs";
  // Loose ones first: what is packed in between is found in either, while the other way round it would be in neither.
  const names = new Set([...looseNames(directory, folder), ...packedRefs(directory).keys()]);
  const refs: Ref[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const oid = readRef(directory, name);
    if (oid === undefined) return listedByGit(directory, prefix);
    if (oid !== null) refs.push({ name, oid });
  }
  return refs.toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
}

/** Git removes empty folders, so each may be gone by the time it is looked into. */
function looseNames(directory: string, folder: string): string[] {
  try {
    return readdirSync(join(directory, folder), { withFileTypes: true }).flatMap((entry) => {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return looseNames(directory, name);
      return name.endsWith(".lock") ? [] : [name];
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function listedByGit(directory: string, prefix: string): Promise<Ref[]> {
  const listing = await gitText(directory, ["for-each-ref", "--format=%(objectname) %(refname)"]);
  const lines = listing.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => ({ oid: line.slice(0, 40), name: line.slice(41) }))
    .filter(({ name }) => name.startsWith(prefix));
}
