/** Pull requests of people: where a base requires the review's check, GZA says that it has none to make, else nobody could merge them. */
import { REVIEW_CHECK } from "../domain/names.ts";
import type { Client, RepositoryKey } from "../github/client.ts";
import { reportReview } from "../github/report-review.ts";
import { isCheckRequired } from "../github/required-check.ts";

/** A new head that is no task's. */
export interface PeoplePull {
  installation: number;
  repository: RepositoryKey;
  pull: number;
  head: string;
  base: string;
}

export async function answerPeoplePull(
  { installation, repository, pull, head, base }: PeoplePull,
  { clientFor, appId }: { clientFor: (installation: number) => Promise<Client>; appId: number },
): Promise<void> {
  const client = await clientFor(installation);
  if (!(await isCheckRequired(client, repository, { branch: base, check: REVIEW_CHECK }))) return;
  const summary = `#${pull} is none of GZA's tasks: its review is people's business.`;
  const check = { head, conclusion: "success", title: "No task", summary } as const;
  await reportReview(client, repository, { check, appId });
}
