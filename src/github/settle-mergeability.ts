/** Asks GitHub by REST whether a pull request can be merged, when its answers to the query were that it does not know. */
import type { Client, RepositoryKey } from "./client.ts";
import { startTestMerge } from "./read-mergeable.ts";
import type { SnapshotAnswer } from "./snapshot-answer.ts";

/** So often in a row it may say so before it is asked. */
const PATIENCE = 2;
const WORDS = { mergeable: "MERGEABLE", conflicting: "CONFLICTING", unknown: "UNKNOWN" } as const;

/** The same answer, with what GitHub knows by now. `unknowns`: by task, how often in a row it did not know. */
export async function settleMergeability(
  client: Client,
  data: SnapshotAnswer,
  { repository, name, unknowns }: { repository: RepositoryKey; name: string; unknowns: Map<string, number> },
): Promise<SnapshotAnswer> {
  const { pullRequest: pull } = data.repository;
  if (pull?.state !== "OPEN" || pull.mergeable !== "UNKNOWN") {
    unknowns.delete(name);
    return data;
  }
  const times = (unknowns.get(name) ?? 0) + 1;
  unknowns.set(name, times % PATIENCE);
  if (times < PATIENCE) return data;
  const mergeable = WORDS[await startTestMerge(client, repository, pull.number)];
  return { ...data, repository: { ...data.repository, pullRequest: { ...pull, mergeable } } };
}
