/** The playground's server: REST under /api/v3, GraphQL, git and pages, in the layout of GitHub Enterprise Server. */
import { Hono } from "hono";
import type { Env } from "./api.ts";
import { answerEnvelope, answerError } from "./envelope.ts";
import { notPlayed } from "./errors.ts";
import { gitRoutes } from "./git/http.ts";
import { graphqlRoutes } from "./graphql/execute.ts";
import type { World } from "./model/world.ts";
import { actionsSettingsRoutes } from "./rest/actions-settings.ts";
import { actionsRoutes } from "./rest/actions.ts";
import { appRoutes } from "./rest/app.ts";
import { branchesRoutes } from "./rest/branches.ts";
import { commitsRoutes } from "./rest/commits.ts";
import { pullsRoutes } from "./rest/pulls.ts";
import { checksRoutes } from "./rest/checks.ts";
import { collaboratorsRoutes } from "./rest/collaborators.ts";
import { commentsRoutes } from "./rest/comments.ts";
import { contentsRoutes } from "./rest/contents.ts";
import { gitDatabaseRoutes } from "./rest/git-database.ts";
import { installationsRoutes } from "./rest/installations.ts";
import { issuesRoutes } from "./rest/issues.ts";
import { labelsRoutes } from "./rest/labels.ts";
import { metaRoutes } from "./rest/meta.ts";
import { reactionsRoutes } from "./rest/reactions.ts";
import { refsRoutes } from "./rest/refs.ts";
import { repositoriesRoutes } from "./rest/repositories.ts";
import { reviewsRoutes } from "./rest/reviews.ts";
import { statusesRoutes } from "./rest/statuses.ts";
import { usersRoutes } from "./rest/users.ts";
import { workflowsRoutes } from "./rest/workflows.ts";
import { appManifestPages, appManifestRoutes, type ManifestCodes } from "./app-manifest.ts";
import { installPage } from "./install-page.ts";
import { pagesRoutes } from "./pages.ts";
import { byName, redirectRoutes } from "./redirects.ts";
import type { Webhooks } from "./webhooks.ts";

export interface ServerOptions {
  /** Those that `POST /app/hook/deliveries/:id/attempts` sends again. */
  webhooks: Webhooks;
  /** REST requests an hour and caller; GitHub gives 5,000. */
  hourlyLimit?: number | undefined;
}

export interface Server {
  fetch(request: Request): Promise<Response>;
}

/** Answers in process; `startPlayground` puts it on a socket as well. */
export function createServer(world: World, { webhooks, hourlyLimit = 5000 }: ServerOptions): Server {
  const root = new Hono<Env>();
  root.onError((error, c) => answerError(error, c));
  root.use("*", async (c, next) => {
    c.set("token", null);
    c.set("app", null);
    await next();
  });
  root.use("/api/*", answerEnvelope(world, hourlyLimit));
  const codes: ManifestCodes = new Map();
  root.route("/api/v3", restOf(world, { webhooks, codes }));
  root.route("/api", graphqlOf(world));
  const pages = { routes: root, world };
  gitRoutes(pages);
  appManifestPages(pages, codes);
  installPage(pages);
  pagesRoutes(pages);
  root.notFound((c) => c.text("Not Found", 404));
  return { fetch: async (request) => root.fetch(byName(world, request)) };
}

function restOf(world: World, { webhooks, codes }: { webhooks: Webhooks; codes: ManifestCodes }): Hono<Env> {
  const routes = new Hono<Env>();
  const api = { routes, world };
  redirectRoutes(api);
  metaRoutes(api);
  appManifestRoutes(api, codes);
  appRoutes(api, webhooks);
  installationsRoutes(api);
  usersRoutes(api);
  repositoriesRoutes(api);
  collaboratorsRoutes(api);
  commentsRoutes(api);
  issuesRoutes(api);
  labelsRoutes(api);
  reactionsRoutes(api);
  checksRoutes(api);
  statusesRoutes(api);
  contentsRoutes(api);
  gitDatabaseRoutes(api);
  refsRoutes(api);
  pullsRoutes(api);
  reviewsRoutes(api);
  commitsRoutes(api);
  branchesRoutes(api);
  actionsRoutes(api);
  actionsSettingsRoutes(api);
  workflowsRoutes(api);
  routes.all("*", (c) => {
    throw notPlayed(`${c.req.method} ${c.req.path.replace(/^\/api\/v3/, "")}`);
  });
  return routes;
}

function graphqlOf(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  graphqlRoutes({ routes, world });
  return routes;
}
