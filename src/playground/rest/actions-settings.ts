/** REST of a repository's Actions settings: on or off, secrets, variables. */
import { z } from "zod";
import { demand } from "../access.ts";
import { actorOf, body, json, noContent, repositoryOf, type Api } from "../api.ts";
import { notPlayed } from "../errors.ts";

const Settings = z.object({ enabled: z.boolean(), allowed_actions: z.string().optional() });

export function actionsSettingsRoutes(api: Api): void {
  const { routes, world } = api;
  const path = "/repos/:owner/:repo/actions/permissions";
  routes.get(path, (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "administration", access: "read" });
    const { enabled } = repository.actions;
    return json(c, enabled ? { enabled, allowed_actions: "all", sha_pinning_required: false } : { enabled });
  });
  routes.put(path, async (c) => {
    actorOf(api, c);
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "administration", access: "write" });
    const { enabled, allowed_actions: allowed = "all" } = await body(c, Settings);
    if (allowed !== "all") throw notPlayed(`allowed_actions: ${allowed}`);
    repository.actions.enabled = enabled;
    return noContent(c);
  });
  for (const kind of ["secrets", "variables"]) {
    for (const rest of ["", "/*"]) {
      routes.all(`/repos/:owner/:repo/actions/${kind}${rest}`, () => {
        throw notPlayed(`${kind} of Actions over REST: set repository.actions.${kind}`);
      });
    }
  }
}
