/** REST: people, bots and organizations. */
import { actorOf, json, numberParam, param, type Api } from "../api.ts";
import { ApiError } from "../errors.ts";
import { publicUserJson } from "../shapes/user.ts";
import { findUser } from "../world.ts";

export function usersRoutes(api: Api): void {
  const { routes, world } = api;

  routes.get("/user", (c) => {
    const actor = actorOf(api, c);
    if (c.get("token")?.permissions) throw new ApiError(403, "Resource not accessible by integration");
    return json(c, publicUserJson(world, actor));
  });
  routes.get("/user/:id{[0-9]+}", (c) => {
    const user = world.users.get(numberParam(c, "id"));
    if (!user) throw new ApiError(404, "Not Found");
    return json(c, publicUserJson(world, user));
  });
  routes.get("/users/:login", (c) => {
    const user = findUser(world, param(c, "login"));
    if (!user) throw new ApiError(404, "Not Found");
    return json(c, publicUserJson(world, user));
  });
  routes.get("/orgs/:login", (c) => {
    const user = findUser(world, param(c, "login"));
    if (user?.kind !== "Organization") throw new ApiError(404, "Not Found");
    return json(c, publicUserJson(world, user));
  });
}
