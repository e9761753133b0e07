/** Starts a playground and gives the ways to fill it: people, repositories, Apps; and to watch it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp, installApp, type NewApp } from "./apps.ts";
import { commitFiles } from "./first-commit.ts";
import type { App, Installation, Permissions, Role, User } from "./model/people.ts";
import type { Delivery, Repository, RequestLogEntry, World } from "./model/world.ts";
import { startActions, type Actions } from "./actions/engine.ts";
import type { EngineOptions } from "./actions/live.ts";
import { createUser } from "./people.ts";
import { createRepository } from "./repositories.ts";
import { createServer } from "./server.ts";
import { startLanding, type Landing } from "./landing.ts";
import { listen } from "./socket.ts";
import { testMergesDone } from "./test-merge.ts";
import { issueUserToken } from "./tokens.ts";
import { startWebhooks, type Webhooks } from "./webhooks.ts";
import { createWorld, findUser } from "./world.ts";

export interface PlaygroundOptions {
  /** Folder to keep everything in; left out, a temporary one that `stop` removes. */
  directory?: string | undefined;
  /** 0, or left out: a free one. */
  port?: number | undefined;
  /** false: only the in-process `fetch`, no socket. */
  listen?: boolean | undefined;
  now?: (() => Date) | undefined;
  /** How many reads of a pull request say `UNKNOWN` after each push to its head or base; none when left out, but the test merge takes its time. */
  mergeability?: { unknownReads: number } | undefined;
  /** REST requests an hour and caller. */
  hourlyLimit?: number | undefined;
  /** Takes the webhooks in process instead of sending them to the Apps' addresses. */
  webhookFetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds that an App has to answer a webhook; GitHub's ten seconds when left out. */
  webhookPatience?: number | undefined;
  /** How many workflow jobs run at once, and how patiently a cancelled step is asked to end. */
  runner?: Partial<EngineOptions> | undefined;
}

export interface Playground {
  world: World;
  url: string;
  /** Answers in process; fits Octokit's `request.fetch`. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  createPerson(person: { login: string; name?: string }): { user: User; token: string };
  createOrganization(organization: { login: string; name?: string }): User;
  createRepository(repository: {
    owner: string;
    name: string;
    private?: boolean;
    /** The first commit on `main`; left out, the repository stays empty. */
    files?: Record<string, string>;
  }): Promise<Repository>;
  addCollaborator(repository: Repository, login: string, role: Role): void;
  createApp(app: {
    name: string;
    owner: string;
    permissions: Permissions;
    events: string[];
    webhookUrl: string | null;
    webhookSecret: string;
  }): NewApp;
  install(app: App, account: string, repositories: Repository[]): Installation;
  requests(): RequestLogEntry[];
  deliveries(): Delivery[];
  webhooks: Webhooks;
  actions: Actions;
  /** Resolves when no delivery is under way and no workflow run is in progress. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "playground-")));
  const { now, mergeability } = options;
  const world = createWorld({
    directory,
    ...(now ? { now } : {}),
    ...(mergeability ? { mergeability } : {}),
  });
  const webhooks = startWebhooks(world, { fetch: options.webhookFetch, patience: options.webhookPatience });
  const actions = startActions(world, options.runner);
  const landing = startLanding(world);
  const server = createServer(world, { webhooks, hourlyLimit: options.hourlyLimit });
  const socket = options.listen === false ? null : await listen(server, options.port ?? 0);
  if (socket) {
    world.url = `http://127.0.0.1:${socket.port}`;
    world.serverUrl = `http://github.localhost:${socket.port}`;
  }
  return {
    world,
    url: world.url,
    fetch: (input, init) => follow(server, new Request(input, init)),
    createPerson: (person) => {
      const user = createUser(world, person);
      return { user, token: issueUserToken(world, user.id).value };
    },
    createOrganization: (organization) => createUser(world, { ...organization, kind: "Organization" }),
    createRepository: async ({ owner, files, ...rest }) => {
      const repository = await createRepository(world, { ...rest, owner: accountOf(world, owner) });
      if (files) await commitFiles(world, repository, files);
      return repository;
    },
    addCollaborator: (repository, login, role) => {
      repository.collaborators.set(accountOf(world, login).id, role);
    },
    createApp: ({ owner, ...rest }) => createApp(world, { ...rest, ownerId: accountOf(world, owner).id }),
    install: (app, account, repositories) =>
      installApp(world, { app, repositories, account: accountOf(world, account) }),
    requests: () => world.requests,
    deliveries: () => world.deliveries,
    webhooks,
    actions,
    settled: () => settled(webhooks, actions, landing),
    stop: async () => {
      await actions.stop();
      await landing.stop();
      await webhooks.stop();
      await socket?.close();
      await testMergesDone(world);
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** As `fetch` does over a socket: whoever was sent elsewhere goes there, a POST that was sent on by 301 to 303 with GET. */
async function follow(server: ReturnType<typeof createServer>, request: Request): Promise<Response> {
  const again = request.body === null ? null : request.clone();
  const response = await server.fetch(request);
  const target = response.headers.get("location");
  if (request.redirect !== "follow" || target === null || response.status < 300 || response.status > 399)
    return response;
  const url = new URL(target, request.url);
  const { method, headers } = request;
  if (method === "POST" && response.status < 304) return follow(server, new Request(url, { headers }));
  const body = again === null ? null : await again.arrayBuffer();
  return follow(server, new Request(url, { method, headers, body }));
}

function accountOf(world: World, login: string): User {
  const user = findUser(world, login);
  if (!user) throw new Error(`the playground has no ${login}: create the person or organization first`);
  return user;
}

/** Deliveries, workflow runs and what lands because of them cause one another, so all are waited for until none goes on. */
async function settled(webhooks: Webhooks, actions: Actions, landing: Landing): Promise<void> {
  do {
    await webhooks.idle();
    await landing.idle();
    await actions.idle();
  } while (webhooks.busy() || landing.busy());
}
