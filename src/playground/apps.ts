/** Apps and their installations: made, looked up, and told to the Apps themselves. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { ApiError } from "./errors.ts";
import type { App, Installation, Permissions, User } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { createUser } from "./people.ts";
import { ACTIONS_APP_ID, newId } from "./world.ts";

export interface AppInput {
  name: string;
  ownerId: number;
  permissions: Permissions;
  events: string[];
  webhookUrl: string | null;
  /** Made up when left out, as by the manifest flow. */
  webhookSecret?: string | undefined;
}

export interface NewApp {
  app: App;
  /** PKCS#1 PEM, as GitHub hands it out; kept nowhere. */
  privateKey: string;
}

/** An App with its `<slug>[bot]` user and an RSA key of its own. A name that is taken is a 422. */
export function createApp(world: World, input: AppInput): NewApp {
  const slug = input.name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (input.webhookUrl !== null && !URL.canParse(input.webhookUrl))
    throw new ApiError(422, `Hook url is not supported: ${input.webhookUrl}`);
  if (appBySlug(world, slug)) throw new ApiError(422, `Name is already taken: ${input.name}`);
  const { publicKey, privateKey } = (keys[world.apps.size] ??= freshKey());
  const app: App = {
    id: newId(world),
    slug,
    name: input.name,
    publicKey,
    webhookSecret: input.webhookSecret ?? randomBytes(20).toString("hex"),
    webhookUrl: input.webhookUrl,
    permissions: { metadata: "read", ...input.permissions },
    events: input.events,
    botId: createUser(world, { login: `${slug}[bot]`, kind: "Bot" }).id,
    ownerId: input.ownerId,
  };
  world.apps.set(app.id, app);
  return { app, privateKey };
}

/** By how many Apps their world had before: a key takes long to make, and Apps of different worlds never meet. */
const keys: Key[] = [];

type Key = ReturnType<typeof freshKey>;

function freshKey() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
}

/** Installs an App on an account for some of its repositories, and sends it `installation.created`. */
export function installApp(
  world: World,
  {
    app,
    account,
    repositories,
    senderId = account.id,
  }: { app: App; account: User; repositories: Repository[]; senderId?: number },
): Installation {
  const installation: Installation = {
    id: newId(world),
    appId: app.id,
    accountId: account.id,
    repositoryIds: repositories.map(({ id }) => id),
    permissions: { ...app.permissions },
    events: [...app.events],
    suspendedAt: null,
  };
  world.installations.set(installation.id, installation);
  for (const listener of world.installationListeners) {
    listener({ name: "installation", action: "created", installation, senderId, payload: {} });
  }
  return installation;
}

export function appBySlug(world: World, slug: string): App | undefined {
  return [...world.apps.values()].find((app) => app.slug === slug);
}

export function appById(world: World, id: number): App {
  const app = id === ACTIONS_APP_ID ? actionsApp(world) : world.apps.get(id);
  if (!app) throw new Error(`the playground has no App ${id}`);
  return app;
}

/** GitHub's own App, which owns the check runs of workflows; made when it is first needed. */
export function actionsApp(world: World): App {
  const known = world.apps.get(ACTIONS_APP_ID);
  if (known) return known;
  const app: App = {
    id: ACTIONS_APP_ID,
    slug: "github-actions",
    name: "GitHub Actions",
    publicKey: "",
    webhookSecret: "",
    webhookUrl: null,
    permissions: { actions: "write", checks: "write", contents: "write", metadata: "read" },
    events: [],
    botId: createUser(world, { login: "github-actions[bot]", kind: "Bot", id: 41898282 }).id,
    ownerId: createUser(world, { login: "github", name: "GitHub", kind: "Organization", id: 9919 }).id,
  };
  world.apps.set(app.id, app);
  return app;
}

/** The installation through which an App reaches a repository; suspended ones count. */
export function installationOn(world: World, app: App, repository: Repository): Installation | undefined {
  return [...world.installations.values()].find(
    (installation) => installation.appId === app.id && installation.repositoryIds.includes(repository.id),
  );
}
