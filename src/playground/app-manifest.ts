/** The manifest flow: a page that makes an App from a form's `manifest`, and the code that is traded for its keys. */
import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import { escape } from "./html.ts";
import { z } from "zod";
import type { Api, Env } from "./api.ts";
import { json, param } from "./api.ts";
import { createApp, type NewApp } from "./apps.ts";
import { ApiError } from "./errors.ts";
import type { User } from "./model/people.ts";
import type { World } from "./model/world.ts";
import { appJson } from "./shapes/app.ts";
import { findUser } from "./world.ts";

const Manifest = z.object({
  name: z.string().optional(),
  url: z.string(),
  hook_attributes: z.object({ url: z.string() }).optional(),
  redirect_url: z.string(),
  default_permissions: z.record(z.string(), z.enum(["read", "write"])).default({}),
  default_events: z.array(z.string()).default([]),
});

/** Apps that were made and whose keys were not fetched yet, by code; a code works once. */
export type ManifestCodes = Map<string, NewApp>;

/** The pages `/settings/apps/new` and `/organizations/:org/settings/apps/new`, which Probot's set-up page posts to. */
export function appManifestPages({ routes, world }: Api, codes: ManifestCodes): void {
  for (const path of ["/settings/apps/new", "/organizations/:org/settings/apps/new"]) {
    routes.get(path, (c) => c.html(form(c)));
    routes.post(path, async (c) => {
      const fields = await c.req.parseBody();
      const manifest = readManifest(String(fields["manifest"] ?? ""));
      const login = c.req.param("org") ?? c.req.query("login") ?? fields["login"];
      const made = createApp(world, {
        name: String(fields["name"] ?? "") || (manifest.name ?? "app"),
        ownerId: ownerOf(world, login === undefined ? undefined : String(login)).id,
        permissions: manifest.default_permissions,
        events: manifest.default_events,
        webhookUrl: manifest.hook_attributes?.url ?? null,
      });
      const code = randomBytes(20).toString("hex");
      codes.set(code, made);
      const target = new URL(manifest.redirect_url);
      target.searchParams.set("code", code);
      const state = c.req.query("state");
      if (state !== undefined) target.searchParams.set("state", state);
      return c.redirect(target.href, 302);
    });
  }
}

/** REST: `POST /app-manifests/:code/conversions`, the only time that the private key is shown. */
export function appManifestRoutes({ routes, world }: Api, codes: ManifestCodes): void {
  routes.post("/app-manifests/:code/conversions", (c) => {
    const code = param(c, "code");
    const made = codes.get(code);
    if (!made) throw new ApiError(404, "Not Found");
    codes.delete(code);
    const { app, privateKey } = made;
    const secrets = {
      client_secret: randomBytes(20).toString("hex"),
      webhook_secret: app.webhookSecret,
      pem: privateKey,
    };
    return json(c, { ...appJson(world, app), ...secrets }, 201);
  });
}

function readManifest(text: string): z.output<typeof Manifest> {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(422, `The manifest is not valid: ${reason}`);
  }
}

/** The named account, else the first person of the playground. */
function ownerOf(world: World, login: string | undefined): User {
  const owner =
    login === undefined
      ? [...world.users.values()].find(({ kind }) => kind === "User")
      : findUser(world, login);
  if (!owner) throw new ApiError(404, "Not Found");
  return owner;
}

function form(c: Context<Env>): string {
  const action = escape(c.req.path);
  const manifest = escape(c.req.query("manifest") ?? "");
  return `<!doctype html><title>Create a GitHub App</title><h1>Create a GitHub App</h1>
<form method="post" action="${action}">
<p><label>Name <input name="name"></label></p>
<p><label>Manifest<br><textarea name="manifest" rows="20" cols="80">${manifest}</textarea></label></p>
<p><button>Create GitHub App</button></p></form>`;
}
