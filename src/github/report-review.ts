/** Tells GitHub by GZA's own check whether its review stands behind a commit that is no task's head. */
import { z } from "zod";
import { REVIEW_CHECK } from "../domain/names.ts";
import type { Sha } from "../domain/task.ts";
import type { Client, RepositoryKey } from "./client.ts";
import { isUnanswered } from "./failure.ts";

const CheckRuns = z.looseObject({
  check_runs: z.array(
    z.looseObject({ app: z.looseObject({ id: z.number() }).nullable(), conclusion: z.string().nullable() }),
  ),
});

export interface ReviewCheck {
  head: Sha;
  conclusion: "success" | "failure";
  title: string;
  summary: string;
}

/** Reported again it says the same; only after a lost answer it is looked for first. `appId`: whose check runs are GZA's own. */
export async function reportReview(
  client: Client,
  { owner, name: repo }: RepositoryKey,
  { check, appId }: { check: ReviewCheck; appId: number },
): Promise<void> {
  const { head, conclusion, title, summary } = check;
  const create = async (): Promise<void> => {
    await client.request("POST /repos/{owner}/{repo}/check-runs", {
      owner,
      repo,
      name: REVIEW_CHECK,
      head_sha: head,
      status: "completed",
      conclusion,
      output: { title, summary },
    });
  };
  try {
    await create();
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    const route = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
    const listed = await client.request(route, { owner, repo, ref: head, check_name: REVIEW_CHECK });
    const isThere = CheckRuns.parse(listed.data).check_runs.some(
      (run) => run.app?.id === appId && run.conclusion === conclusion,
    );
    if (!isThere) await create();
  }
}
