/** REST: what the server says about itself. */
import { json, type Api } from "../api.ts";

export function metaRoutes({ routes, world }: Api): void {
  routes.get("/meta", (c) =>
    json(c, { verifiable_password_authentication: false, installed_version: "3.19.0" }),
  );
  routes.get("/zen", (c) => c.text("Keep it logically awesome."));
  routes.get("/", (c) => json(c, { current_user_url: `${world.url}/api/v3/user` }));
}
