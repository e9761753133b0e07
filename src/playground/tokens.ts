/** Tokens: who holds them, what they may reach, and when they end. */
import { randomBytes } from "node:crypto";
import { actionsApp } from "./apps.ts";
import { ApiError } from "./errors.ts";
import type { Installation, Permissions, Token } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";

const HOUR = 3_600_000;

/** A personal access token (`ghp_…`), with the role that its person has; it does not end by itself. */
export function issueUserToken(world: World, userId: number): Token {
  return keep(world, {
    value: `ghp_${letters(36)}`,
    kind: "user",
    userId,
    installationId: null,
    runId: null,
    repositoryIds: null,
    permissions: null,
    expiresAt: null,
  });
}

export interface Narrowing {
  repositoryIds?: number[] | undefined;
  permissions?: Permissions | undefined;
}

/**
 * A token of an App's installation, good for one hour, in the shape that GitHub mints since April 2026
 * (`ghs_<app>_<three parts>`). It may be narrowed; asking for more than the installation has is a 422.
 */
export function issueInstallationToken(
  world: World,
  installation: Installation,
  narrowing: Narrowing,
): Token {
  const app = world.apps.get(installation.appId);
  if (!app) throw new Error(`installation ${installation.id} belongs to no App: create the App first`);
  return keep(world, {
    value: `ghs_${app.id}_${letters(36)}.${letters(120)}.${letters(86)}`,
    kind: "installation",
    userId: app.botId,
    installationId: installation.id,
    runId: null,
    repositoryIds: narrowRepositories(installation, narrowing.repositoryIds),
    permissions: narrowPermissions(installation, narrowing.permissions),
    expiresAt: hence(world, HOUR),
  });
}

/** The `GITHUB_TOKEN` of a workflow job: one repository, the job's permissions, `github-actions[bot]`; at most 24 hours. */
export function issueWorkflowToken(
  world: World,
  { repository, run, permissions }: { repository: Repository; run: { id: number }; permissions: Permissions },
): Token {
  return keep(world, {
    value: `ghs_${letters(36)}`,
    kind: "workflow",
    userId: actionsApp(world).botId,
    installationId: null,
    runId: run.id,
    repositoryIds: [repository.id],
    permissions: { metadata: "read", ...permissions },
    expiresAt: hence(world, 24 * HOUR),
  });
}

/** From now on the token is a bad credential: a workflow job's at its end, an installation's on `DELETE /installation/token`. */
export function revokeToken(world: World, token: Token): void {
  world.tokens.delete(token.value);
}

function keep(world: World, token: Token): Token {
  world.tokens.set(token.value, token);
  return token;
}

function hence(world: World, milliseconds: number): string {
  return new Date(world.now().getTime() + milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}

function letters(count: number): string {
  return randomBytes(count * 2)
    .toString("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .slice(0, count);
}

function narrowRepositories(installation: Installation, wanted: number[] | undefined): number[] {
  if (wanted === undefined) return installation.repositoryIds;
  if (wanted.every((id) => installation.repositoryIds.includes(id))) return wanted;
  throw new ApiError(
    422,
    "There is at least one repository that does not exist or is not accessible to the parent installation.",
  );
}

function narrowPermissions(installation: Installation, wanted: Permissions | undefined): Permissions {
  if (wanted === undefined) return installation.permissions;
  for (const [name, access] of Object.entries(wanted)) {
    const held = installation.permissions[name];
    if (held !== "write" && held !== access) {
      throw new ApiError(422, "The permissions requested are not granted to this installation.");
    }
  }
  return { metadata: "read", ...wanted };
}
