/** Opens the pull request of the task's branch. */
import { z } from "zod";
import type { Effect } from "../../domain/decision.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Client } from "../client.ts";
import { isUnanswered, refusalOf, statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

const Opened = z.looseObject({ number: z.number() });

/** GitHub keeps at most one open pull request per head and base, so that pair is the name by which it is found again. */
export const openPull: Perform<"open_pull"> = async (client, { snapshot }, effect) => {
  try {
    return [{ kind: "pull_opened", number: await create(client, snapshot, effect) }];
  } catch (error) {
    const status = statusOf(error);
    if (!isUnanswered(error) && status !== 422 && status !== 403 && status !== 404) throw error;
    const found = await find(client, snapshot, effect);
    if (found !== null) return [{ kind: "pull_opened", number: found }];
    if (status === null || status >= 500) {
      return [{ kind: "pull_opened", number: await create(client, snapshot, effect) }];
    }
    if (status !== 422 || !effect.draft) return [{ kind: "pull_refused", status, message: refusalOf(error) }];
  }
  // Drafts are not to be had everywhere (private repositories of free accounts), and GitHub says no more than 422.
  return openPull(client, { snapshot, record: null }, { ...effect, draft: false });
};

type OpenPull = Extract<Effect, { kind: "open_pull" }>;

async function create(client: Client, snapshot: Snapshot, effect: OpenPull): Promise<number> {
  const { branch: head, base, title, body, draft } = effect;
  const response = await client.request("POST /repos/{owner}/{repo}/pulls", {
    ...pathOf(snapshot),
    head,
    base,
    title,
    body,
    draft,
  });
  return Opened.parse(response.data).number;
}

async function find(client: Client, snapshot: Snapshot, { branch, base }: OpenPull): Promise<number | null> {
  const { owner, repo } = pathOf(snapshot);
  const response = await client.request("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo,
    head: `${owner}:${branch}`,
    base,
    state: "open",
  });
  return z.array(Opened).parse(response.data)[0]?.number ?? null;
}
