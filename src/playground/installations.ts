/** What an account's owner does to an installed App, and an App's owner to its permissions; each is told to the App. */
import { ApiError } from "./errors.ts";
import type { Act } from "./issues.ts";
import type { App, Installation, Permissions } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { briefly } from "./shapes/brief-repository.ts";
import { instant } from "./world.ts";

/** Who did it; left out, the account that the App is installed on. */
type By = Partial<Pick<Act, "actorId">>;

/** From now on its tokens and requests for tokens are answered with 403. Suspending twice does nothing. */
export function suspendInstallation(world: World, installation: Installation, by: By = {}): void {
  if (installation.suspendedAt !== null) return;
  installation.suspendedAt = instant(world);
  tell(world, installation, { action: "suspend", ...by });
}

/** Tokens from before that have not run out are good again. */
export function unsuspendInstallation(world: World, installation: Installation, by: By = {}): void {
  if (installation.suspendedAt === null) return;
  installation.suspendedAt = null;
  tell(world, installation, { action: "unsuspend", ...by });
}

/** The installation is gone: 404 for whoever asks for it, 401 for its tokens. Installed again, it is another one. */
export function uninstallApp(world: World, installation: Installation, by: By = {}): void {
  tell(world, installation, { action: "deleted", ...by });
  world.installations.delete(installation.id);
  for (const [value, { installationId }] of world.tokens) {
    if (installationId === installation.id) world.tokens.delete(value);
  }
}

/**
 * Makes the installation reach exactly these repositories, and sends `installation_repositories` for what changed. Tokens that were
 * given out without a narrower choice follow; the others lose what is gone.
 */
export function changeReach(
  world: World,
  { installation, repositories, ...by }: By & { installation: Installation; repositories: Repository[] },
): void {
  const before = installation.repositoryIds;
  const after = repositories.map(({ id }) => id);
  const added = after.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !after.includes(id));
  installation.repositoryIds = after;
  for (const token of world.tokens.values()) {
    if (token.installationId !== installation.id || token.repositoryIds === null) continue;
    const isWhole = token.repositoryIds === before;
    token.repositoryIds = isWhole ? after : token.repositoryIds.filter((id) => after.includes(id));
  }
  if (added.length > 0) tellReach(world, installation, { action: "added", added, removed: [], ...by });
  if (removed.length > 0) tellReach(world, installation, { action: "removed", added: [], removed, ...by });
}

/**
 * What the App asks for from now on. What it no longer asks for, every installation loses at once; what it asks for anew, each
 * account has to accept first.
 */
export function askPermissions(world: World, app: App, wanted: Permissions): void {
  app.permissions = { metadata: "read", ...wanted };
  for (const installation of world.installations.values()) {
    if (installation.appId !== app.id) continue;
    installation.permissions = lesser(installation.permissions, app.permissions);
    for (const token of world.tokens.values()) {
      if (token.installationId === installation.id && token.permissions)
        token.permissions = lesser(token.permissions, app.permissions);
    }
  }
}

/** The account grants all that the App asks for, events included. Tokens from before keep what they were given. */
export function acceptPermissions(world: World, installation: Installation, by: By = {}): void {
  const app = world.apps.get(installation.appId);
  if (!app) throw new ApiError(404, "Not Found");
  installation.permissions = { ...app.permissions };
  installation.events = [...app.events];
  tell(world, installation, { action: "new_permissions_accepted", ...by });
}

function lesser(held: Permissions, wanted: Permissions): Permissions {
  return Object.fromEntries(
    Object.entries(held).flatMap(([name, access]) => {
      const limit = wanted[name];
      return limit === undefined ? [] : [[name, limit === "read" ? limit : access]];
    }),
  );
}

function tell(world: World, installation: Installation, { action, actorId }: By & { action: string }): void {
  const senderId = actorId ?? installation.accountId;
  for (const listener of world.installationListeners)
    listener({ name: "installation", action, installation, senderId, payload: {} });
}

function tellReach(
  world: World,
  installation: Installation,
  { action, added, removed, actorId }: By & { action: string; added: number[]; removed: number[] },
): void {
  const payload = {
    repository_selection: "selected",
    repositories_added: briefly(world, added),
    repositories_removed: briefly(world, removed),
  };
  const senderId = actorId ?? installation.accountId;
  for (const listener of world.installationListeners)
    listener({ name: "installation_repositories", action, installation, senderId, payload });
}
