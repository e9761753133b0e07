/** The files that a pull request changes. */
import type * as GitHub from "@octokit/graphql-schema";
import { changedFiles as filesBetween, type ChangedFile as FileChange } from "../../git/diff.ts";
import { rangeOf } from "../../pull-range.ts";
import { connection, type Connection } from "../connection.ts";
import type { PullRequestNode } from "../nodes.ts";

const CHANGES: Record<FileChange["status"], GitHub.PatchStatus> = {
  added: "ADDED",
  removed: "DELETED",
  modified: "MODIFIED",
  renamed: "RENAMED",
  copied: "COPIED",
  changed: "CHANGED",
};

type ChangedFile = Omit<GitHub.PullRequestChangedFile, "__typename">;

/** By path; renames count as one file, under the new path. */
export async function changedFiles(
  { repository, pull }: PullRequestNode,
  args: GitHub.PullRequestFilesArgs,
): Promise<Connection<ChangedFile>> {
  const { base, head } = await rangeOf(repository, pull);
  const files = (await filesBetween(repository, base, head)).map(
    ({ path, additions, deletions, status }): ChangedFile => ({
      path,
      additions,
      deletions,
      changeType: CHANGES[status],
      viewerViewedState: "UNVIEWED",
    }),
  );
  return connection(files, args, ({ path }) => path);
}
