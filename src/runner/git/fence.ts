/** The fence: a run works on only while the baton points at the job that it was dispatched for. */
import { batonRef } from "../../domain/names.ts";
import { git, type Credentials } from "./git.ts";

export interface Remote {
  url: string;
  credentials: Credentials | null;
}

/** Where the baton of a task points now; null: there is none. */
export async function readBaton(remote: Remote, task: number): Promise<string | null> {
  const ref = batonRef(task);
  const listing = await git(["ls-remote", "--refs", remote.url, ref], {
    dir: null,
    seconds: 120,
    ...withCredentials(remote),
  });
  const line = listing.split("\n").find((candidate) => candidate.endsWith(`\t${ref}`));
  return line?.split("\t")[0] ?? null;
}

/** git's option for a remote that may need credentials. */
export function withCredentials(remote: Remote): { credentials?: Credentials } {
  return remote.credentials === null ? {} : { credentials: remote.credentials };
}
