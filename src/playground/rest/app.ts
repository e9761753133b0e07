/** REST for an App itself, by its JSON web token: who it is, where it is installed, what was delivered to it. */
import type { components } from "@octokit/openapi-types";
import type { Context } from "hono";
import { z } from "zod";
import { body, json, noContent, numberParam, paginate, param, type Api, type Env } from "../api.ts";
import { ApiError } from "../errors.ts";
import { suspendInstallation, uninstallApp, unsuspendInstallation } from "../installations.ts";
import type { App, Installation } from "../model/people.ts";
import type { Delivery, World } from "../model/world.ts";
import { appJson, installationJson } from "../shapes/app.ts";
import type { Webhooks } from "../webhooks.ts";

const HookConfig = z.object({
  url: z.string().optional(),
  secret: z.string().optional(),
});

export function appRoutes(api: Api, webhooks: Webhooks): void {
  const { routes, world } = api;

  routes.get("/app", (c) => {
    const app = appOf(c);
    return json(c, { ...appJson(world, app), installations_count: installationsOf(world, app).length });
  });
  routes.get("/app/installations", (c) => {
    const installations = paginate(c, installationsOf(world, appOf(c)));
    return json(
      c,
      installations.map((installation) => installationJson(world, installation)),
    );
  });
  routes.get("/app/installations/:id", (c) => json(c, installationJson(world, installationOf(world, c))));
  routes.put("/app/installations/:id/suspended", (c) => {
    suspendInstallation(world, installationOf(world, c), { actorId: appOf(c).ownerId });
    return noContent(c);
  });
  routes.delete("/app/installations/:id/suspended", (c) => {
    unsuspendInstallation(world, installationOf(world, c), { actorId: appOf(c).ownerId });
    return noContent(c);
  });
  routes.delete("/app/installations/:id", (c) => {
    uninstallApp(world, installationOf(world, c), { actorId: appOf(c).ownerId });
    return noContent(c);
  });
  routes.get("/app/hook/config", (c) => json(c, hookConfig(appOf(c))));
  routes.patch("/app/hook/config", async (c) => {
    const app = appOf(c);
    const { url, secret } = await body(c, HookConfig);
    app.webhookUrl = url ?? app.webhookUrl;
    app.webhookSecret = secret ?? app.webhookSecret;
    return json(c, hookConfig(app));
  });
  routes.get("/app/hook/deliveries", (c) =>
    json(c, page(c, deliveriesOf(world, appOf(c))).map(deliveryItem)),
  );
  routes.get("/app/hook/deliveries/:id", (c) => {
    const delivery = deliveryOf(world, c);
    const { url, request, response } = delivery;
    return json<components["schemas"]["hook-delivery"]>(c, {
      ...deliveryItem(delivery),
      url,
      request,
      response,
    });
  });
  routes.post("/app/hook/deliveries/:id/attempts", (c) => {
    webhooks.redeliver(deliveryOf(world, c));
    return json(c, {}, 202);
  });
  routes.get("/apps/:slug", (c) => {
    const app = [...world.apps.values()].find(({ slug }) => slug === param(c, "slug"));
    if (!app) throw new ApiError(404, "Not Found");
    return json(c, appJson(world, app));
  });
}

/** The App that signed the request; 401 in GitHub's words for any other caller. */
export function appOf(c: Context<Env>): App {
  const app = c.get("app");
  if (app === null) throw new ApiError(401, "A JSON web token could not be decoded");
  return app;
}

/** An installation of the calling App, by `:id`. */
export function installationOf(world: World, c: Context<Env>): Installation {
  const app = appOf(c);
  const installation = world.installations.get(numberParam(c, "id"));
  if (installation?.appId !== app.id) throw new ApiError(404, "Not Found");
  return installation;
}

function installationsOf(world: World, app: App): Installation[] {
  return [...world.installations.values()].filter(({ appId }) => appId === app.id);
}

function hookConfig(app: App): components["schemas"]["webhook-config"] {
  return { content_type: "json", insecure_ssl: "0", secret: "********", url: app.webhookUrl ?? "" };
}

/** Newest first; what is under way is not listed yet. */
function deliveriesOf(world: World, app: App): Delivery[] {
  return world.deliveries
    .filter(({ appId, status }) => appId === app.id && status !== "pending")
    .toReversed();
}

function deliveryOf(world: World, c: Context<Env>): Delivery {
  const delivery = deliveriesOf(world, appOf(c)).find(({ id }) => id === numberParam(c, "id"));
  if (!delivery) throw new ApiError(404, "Not Found");
  return delivery;
}

function deliveryItem(delivery: Delivery): components["schemas"]["hook-delivery-item"] {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.durationSeconds,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

/** Deliveries page by cursor: the `Link` header names the id that the next page begins below. */
function page(c: Context<Env>, deliveries: Delivery[]): Delivery[] {
  const size = Math.min(Number(c.req.query("per_page") ?? 30) || 30, 100);
  const cursor = /^v1_(?<id>\d+)$/.exec(c.req.query("cursor") ?? "")?.groups?.["id"];
  const wanted = c.req.query("status");
  const rest = deliveries.filter(
    ({ id, status }) =>
      (cursor === undefined || id < Number(cursor)) &&
      (wanted === undefined || (wanted === "success") === (status === "OK")),
  );
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  if (last && rest.length > size) {
    const url = new URL(c.req.url);
    url.searchParams.set("cursor", `v1_${last.id}`);
    c.header("Link", `<${url.href}>; rel="next"`);
  }
  return shown;
}
