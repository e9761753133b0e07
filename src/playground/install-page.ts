/** The page on which an App's owner installs it in some of the own repositories, or changes in which. */
import type { Context } from "hono";
import { param, type Api, type Env } from "./api.ts";
import { appBySlug, installApp } from "./apps.ts";
import { ApiError } from "./errors.ts";
import { escape } from "./html.ts";
import { changeReach } from "./installations.ts";
import type { App, Installation } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { page } from "./page-parts.ts";
import { fullName, userById } from "./world.ts";

/** `/apps/:slug/installations/new`, where the set-up of an App leads to. The owner's account is the only one that it offers. */
export function installPage({ routes, world }: Api): void {
  routes.get("/apps/:slug/installations/new", (c) => {
    const app = appOf(world, c);
    const installation = installationOf(world, app);
    const items = repositoriesOf(world, app).map((repository) => {
      const checked = installation?.repositoryIds.includes(repository.id) ? " checked" : "";
      const name = escape(fullName(world, repository));
      return `<p><label><input type="checkbox" name="repository" value="${repository.id}"${checked}> ${name}</label></p>`;
    });
    const asked = Object.entries(app.permissions).map(([name, access]) => `${name}: ${access}`);
    const empty = `<p>${escape(userById(world, app.ownerId).login)} has no repositories yet.</p>`;
    return c.html(
      page(
        `Install ${app.name}`,
        `<p>It asks for ${escape(asked.join(", "))}.</p><form method="post">${items.join("") || empty}<p><button>Install</button></p></form>`,
      ),
    );
  });
  routes.post("/apps/:slug/installations/new", async (c) => {
    const app = appOf(world, c);
    const { repository = [] } = await c.req.parseBody({ all: true });
    const chosen = new Set([repository].flat().map(String));
    const repositories = repositoriesOf(world, app).filter(({ id }) => chosen.has(String(id)));
    if (repositories.length === 0) throw new ApiError(422, "Choose at least one repository");
    const installation = installationOf(world, app);
    if (installation) changeReach(world, { installation, repositories });
    else installApp(world, { app, account: userById(world, app.ownerId), repositories });
    const names = repositories.map((one) => fullName(world, one)).join(", ");
    return c.html(page(`${app.name} is installed`, `<p>In ${escape(names)}.</p>`));
  });
}

function appOf(world: World, c: Context<Env>): App {
  const app = appBySlug(world, param(c, "slug"));
  if (!app) throw new ApiError(404, "Not Found");
  return app;
}

function repositoriesOf(world: World, { ownerId }: App): Repository[] {
  return [...world.repositories.values()].filter((repository) => repository.ownerId === ownerId);
}

function installationOf(world: World, { id, ownerId }: App): Installation | undefined {
  return [...world.installations.values()].find(
    ({ appId, accountId }) => appId === id && accountId === ownerId,
  );
}
