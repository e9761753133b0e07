/** Sets GZA's own check run on a head: over the one that is there, or a new one. */
import { z } from "zod";
import type { Annotation } from "../../domain/decision.ts";
import { pathOf, type Perform } from "./context.ts";

const CheckRuns = z.looseObject({
  check_runs: z.array(
    z.looseObject({ id: z.number(), app: z.looseObject({ slug: z.string().optional() }).nullable() }),
  ),
});

/** https://docs.github.com/en/rest/checks/runs: a listing by name shows only the newest of each App's suite; its own App alone may change it. */
export const setCheck: Perform<"set_check"> = async (client, { snapshot }, effect) => {
  const { name, head, conclusion, title, summary } = effect;
  const where = pathOf(snapshot);
  const listed = await client.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
    ...where,
    ref: head,
    check_name: name,
  });
  const known = CheckRuns.parse(listed.data).check_runs.find(
    ({ app }) => `${app?.slug ?? ""}[bot]` === snapshot.me.login,
  );
  const body = {
    ...where,
    status: "completed" as const,
    conclusion,
    output: { title, summary, annotations: effect.annotations.map(asGitHubWants) },
  };
  if (known === undefined) {
    await client.request("POST /repos/{owner}/{repo}/check-runs", { ...body, name, head_sha: head });
  } else {
    // Annotations are added to those that are there; a verdict that changes without a new head has none to add.
    const output = { title, summary };
    const route = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}";
    await client.request(route, { ...body, output, check_run_id: known.id });
  }
  return [];
};

function asGitHubWants({ path, startLine, endLine, level, title, message }: Annotation) {
  return { path, start_line: startLine, end_line: endLine, annotation_level: level, title, message };
}
