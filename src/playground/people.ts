/** People, organizations and bots: made, never removed. */
import type { User } from "./model/people.ts";
import type { World } from "./model/world.ts";
import { findUser, newId } from "./world.ts";

/** Throws when the login is taken: logins are unique over people, organizations and bots alike. */
export function createUser(
  world: World,
  {
    login,
    name = login,
    kind = "User",
    id = newId(world),
  }: { login: string; name?: string; kind?: User["kind"]; id?: number },
): User {
  if (findUser(world, login)) throw new Error(`the login ${login} is taken: choose another one`);
  const email = `${id}+${login}@users.noreply.${new URL(world.url).hostname}`;
  const user: User = { id, login, kind, name, email };
  world.users.set(id, user);
  return user;
}
