/** Sets GZA's own check run on a head: over the one that is there, or a new one. */
import { z } from "zod";
import type { Annotation } from "../../domain/decision.ts";
import type { Sha } from "../../domain/task.ts";
import type { Client } from "../client.ts";
import { pathOf, type EffectContext, type Perform } from "./context.ts";

const CheckRuns = z.looseObject({
  check_runs: z.array(
    z.looseObject({ id: z.number(), app: z.looseObject({ slug: z.string().optional() }).nullable() }),
  ),
});

/** https://docs.github.com/en/rest/checks/runs: a listing by name shows only the newest of each App's suite; its own App alone may change it. */
export const setCheck: Perform<"set_check"> = async (client, context, effect) => {
  const { snapshot } = context;
  const { name, head, conclusion, title, summary } = effect;
  const where = pathOf(snapshot);
  const known = await find(client, context, { name, head });
  const body = {
    ...where,
    status: "completed" as const,
    conclusion,
    output: { title, summary, annotations: effect.annotations.map(asGitHubWants) },
  };
  if (known === null) {
    await client.request("POST /repos/{owner}/{repo}/check-runs", { ...body, name, head_sha: head });
  } else {
    // Annotations are added to those that are there; a verdict that changes without a new head has none to add.
    const output = { title, summary };
    const route = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}";
    await client.request(route, { ...body, output, check_run_id: known });
  }
  return [];
};

/** Its id; null: there is none. Whoever has just moved the record is the only one to make it, so nothing is looked up then. */
async function find(
  client: Client,
  { snapshot, record }: EffectContext,
  { name, head }: { name: string; head: Sha },
): Promise<number | null> {
  const shown = snapshot.pull?.head === head ? snapshot.pull.checks : [];
  const seen = shown.find((check) => check.own && check.name === name)?.id;
  if (seen !== undefined) return seen;
  const isMover = snapshot.record.kind === "record" && snapshot.record.record !== record;
  if (isMover) return null;
  const listed = await client.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
    ...pathOf(snapshot),
    ref: head,
    check_name: name,
  });
  const own = CheckRuns.parse(listed.data).check_runs.find(
    ({ app }) => `${app?.slug ?? ""}[bot]` === snapshot.me.login,
  );
  return own?.id ?? null;
}

function asGitHubWants({ path, startLine, endLine, level, title, message }: Annotation) {
  return { path, start_line: startLine, end_line: endLine, annotation_level: level, title, message };
}
