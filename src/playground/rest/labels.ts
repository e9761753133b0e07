/** REST: the labels of a repository and of its issues. */
import { z } from "zod";
import { demand } from "../access.ts";
import { actOf, body, json, noContent, paginate, param, repositoryOf, type Api } from "../api.ts";
import { ApiError } from "../errors.ts";
import { addLabels, removeLabel, setLabels } from "../issues.ts";
import { createLabel, deleteLabel, findLabel, updateLabel } from "../labels.ts";
import type { Label } from "../model/issues.ts";
import type { Repository } from "../model/world.ts";
import { labelJson, labelsOf } from "../shapes/issue.ts";
import { issueOf } from "./issue-access.ts";

const NewLabel = z.object({
  name: z.string(),
  color: z.string().optional(),
  description: z.string().nullish(),
});

const LabelChange = z.object({
  new_name: z.string().optional(),
  color: z.string().optional(),
  description: z.string().nullish(),
});

const Names = z.union([
  z.array(z.string()),
  z.object({
    labels: z
      .array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]))
      .default([]),
  }),
]);

export function labelsRoutes(api: Api): void {
  const { routes, world } = api;
  const issueLabels = "/repos/:owner/:repo/issues/:number{[0-9]+}/labels";

  routes.get("/repos/:owner/:repo/labels", (c) => {
    const repository = repositoryOf(api, c);
    return json(
      c,
      paginate(c, repository.labels).map((label) => labelJson(world, repository, label)),
    );
  });
  routes.post("/repos/:owner/:repo/labels", async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "issues", access: "write" });
    const label = createLabel(world, repository, { ...(await body(c, NewLabel)), ...actOf(c) });
    return json(c, labelJson(world, repository, label), 201);
  });
  routes.get("/repos/:owner/:repo/labels/:name", (c) => {
    const repository = repositoryOf(api, c);
    return json(c, labelJson(world, repository, existing(repository, param(c, "name"))));
  });
  routes.patch("/repos/:owner/:repo/labels/:name", async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "issues", access: "write" });
    const label = existing(repository, param(c, "name"));
    const { new_name: name, ...rest } = await body(c, LabelChange);
    updateLabel(world, repository, { ...rest, ...actOf(c), label, name });
    return json(c, labelJson(world, repository, label));
  });
  routes.delete("/repos/:owner/:repo/labels/:name", (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "issues", access: "write" });
    deleteLabel(world, repository, { ...actOf(c), label: existing(repository, param(c, "name")) });
    return noContent(c);
  });

  routes.get(issueLabels, (c) => {
    const { repository, issue } = issueOf(api, c, "read");
    return json(c, paginate(c, labelsOf(world, repository, issue)));
  });
  routes.post(issueLabels, async (c) => {
    const { repository, issue } = issueOf(api, c, "write");
    addLabels(world, repository, issue, { ...actOf(c), labels: names(await body(c, Names)) });
    return json(c, labelsOf(world, repository, issue));
  });
  routes.put(issueLabels, async (c) => {
    const { repository, issue } = issueOf(api, c, "write");
    setLabels(world, repository, issue, { ...actOf(c), labels: names(await body(c, Names)) });
    return json(c, labelsOf(world, repository, issue));
  });
  routes.delete(issueLabels, (c) => {
    const { repository, issue } = issueOf(api, c, "write");
    setLabels(world, repository, issue, { ...actOf(c), labels: [] });
    return noContent(c);
  });
  routes.delete(`${issueLabels}/:name`, (c) => {
    const { repository, issue } = issueOf(api, c, "write");
    removeLabel(world, repository, issue, { ...actOf(c), label: param(c, "name") });
    return json(c, labelsOf(world, repository, issue));
  });
}

function existing(repository: Repository, name: string): Label {
  const label = findLabel(repository, name);
  if (!label) throw new ApiError(404, "Not Found");
  return label;
}

function names(input: z.output<typeof Names>): string[] {
  return Array.isArray(input) ? input : input.labels;
}
