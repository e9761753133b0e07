/** The playground's memory: made empty, looked up, and told what happened. */
import type { Token, User } from "./model/people.ts";
import type { Happening, Repository, World } from "./model/world.ts";

export interface WorldOptions {
  directory: string;
  now?: () => Date;
  /** Left out: no reads beyond those that the test merge itself takes. */
  mergeability?: World["mergeability"];
}

/** The id of GitHub's own `github-actions` App, which owns the check runs of workflows. */
export const ACTIONS_APP_ID = 15368;

/** Ids that a playground may use up before it reaches those of the next one in the same process. */
const IDS = 100_000;
let worlds = 0;

/**
 * Nothing has happened in it yet. Its ids are its own, as GitHub's are: @octokit/auth-app shares requests for tokens within a
 * process by the installation's id alone, so two playgrounds with the same ids would hand out each other's tokens.
 */
export function createWorld({ directory, now = () => new Date(), mergeability }: WorldOptions): World {
  worlds += 1;
  return {
    url: "http://playground.invalid",
    serverUrl: "http://playground.invalid",
    directory,
    now,
    mergeability: { unknownReads: 0, ...mergeability },
    nextId: 1000 + (worlds - 1) * IDS,
    users: new Map(),
    apps: new Map(),
    installations: new Map(),
    tokens: new Map(),
    repositories: new Map(),
    formerNames: new Map(),
    deliveries: [],
    requests: [],
    listeners: [],
    installationListeners: [],
  };
}

/** Ids are unique over everything in all playgrounds of this process, rising in the order of creation. */
export function newId(world: World): number {
  world.nextId += 1;
  return world.nextId;
}

/** GitHub writes instants to the second, in UTC. */
export function instant(world: World): string {
  return world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

/** Tells webhooks and workflows; listeners start their own work and never fail the caller. */
export function emit(world: World, happening: Happening): void {
  for (const listener of world.listeners) listener(happening);
}

export function findUser(world: World, login: string): User | undefined {
  const wanted = login.toLowerCase();
  return [...world.users.values()].find((user) => user.login.toLowerCase() === wanted);
}

export function userById(world: World, id: number): User {
  const user = world.users.get(id);
  if (!user) throw new Error(`the playground has no user ${id}`);
  return user;
}

export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  const account = findUser(world, owner);
  const wanted = name.toLowerCase();
  return [...world.repositories.values()].find(
    (repository) => repository.ownerId === account?.id && repository.name.toLowerCase() === wanted,
  );
}

/** The same, or the repository that once had the name while no other has it: GraphQL, git and workflows follow renames silently. */
export function findByAnyName(world: World, owner: string, name: string): Repository | undefined {
  const id = world.formerNames.get(`${owner}/${name}`.toLowerCase());
  return findRepository(world, owner, name) ?? (id === undefined ? undefined : world.repositories.get(id));
}

export function fullName(world: World, repository: Repository): string {
  return `${userById(world, repository.ownerId).login}/${repository.name}`;
}

/** The token, unless it is unknown or past its hour. */
export function liveToken(world: World, value: string): Token | undefined {
  const token = world.tokens.get(value);
  if (!token) return undefined;
  return token.expiresAt !== null && Date.parse(token.expiresAt) <= world.now().getTime() ? undefined : token;
}
