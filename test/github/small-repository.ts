/** A playground with one repository, two people and GZA's App, and what a test needs to act as each of them. */
import { generateKeyPairSync } from "node:crypto";
import { Octokit } from "@octokit/rest";
import { PERMISSIONS } from "../../src/github/permissions.ts";
import { connect, type Client, type RepositoryKey } from "../../src/github/client.ts";
import type { Observer } from "../../src/github/observe.ts";
import { recordKey } from "../../src/github/sign.ts";
import { startPlayground, type Playground, type PlaygroundOptions } from "../../src/playground/playground.ts";
import { issueInstallationToken } from "../../src/playground/tokens.ts";

export interface SmallRepository {
  playground: Playground;
  /** The App's client, with GZA's manners. */
  client: Client;
  /** What it speaks by. */
  token: string;
  /** `ada` may write, `eve` may only read. */
  ada: Octokit;
  eve: Octokit;
  adaId: number;
  place: RepositoryKey;
  /** Does the next request of the App whose method and URL match, and loses its answer. */
  loseAnswer(method: string, url: RegExp): void;
  /** Called before and after every request of the App, with its number, 1-based; the request waits for it. */
  onRequest(listener: (n: number, when: "before" | "after") => Promise<void>): void;
  appId: number;
  observer: Observer;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Octokit logs every refusal, and here most are expected. */
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** One for all tests: making it takes longer than using it. */
const KEY = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

export async function smallRepository(
  files: Record<string, string> = {},
  options: Pick<PlaygroundOptions, "mergeability"> = {},
): Promise<SmallRepository> {
  const playground = await startPlayground({ ...options, listen: false });
  const ada = playground.createPerson({ login: "ada" });
  const eve = playground.createPerson({ login: "eve" });
  const repository = await playground.createRepository({
    owner: "ada",
    name: "engine",
    files: { "README.md": "# Engine\n", ...files },
  });
  const { app } = playground.createApp({
    name: "gza",
    owner: "ada",
    permissions: PERMISSIONS,
    events: [],
    webhookUrl: null,
    webhookSecret: "a secret of some length",
  });
  const installation = playground.install(app, "ada", [repository]);
  const token = issueInstallationToken(playground.world, installation, {});
  const octokit = (auth: string, fetch: unknown = playground.fetch): Octokit =>
    new Octokit({
      auth,
      baseUrl: `${playground.url}/api/v3`,
      request: { fetch },
      log: SILENT,
    });
  let losing: { method: string; url: RegExp } | null = null;
  let requests = 0;
  let listen: Parameters<SmallRepository["onRequest"]>[0] = () => Promise.resolve();
  const unreliable = async (url: string, init: RequestInit): Promise<Response> => {
    const n = (requests += 1);
    await listen(n, "before");
    const response = await playground.fetch(url, init);
    await listen(n, "after");
    if (losing === null || init.method !== losing.method || !losing.url.test(url)) return response;
    losing = null;
    throw new TypeError("connection reset");
  };
  return {
    playground,
    client: connect(octokit(token.value, unreliable)),
    token: token.value,
    loseAnswer: (method, url) => {
      losing = { method, url };
    },
    ada: octokit(ada.token),
    eve: octokit(eve.token),
    adaId: ada.user.id,
    place: { id: repository.id, owner: "ada", name: "engine" },
    onRequest: (listener) => {
      requests = 0;
      listen = listener;
    },
    appId: app.id,
    observer: { key: recordKey(KEY), appId: app.id, hints: new Map(), logs: new Map(), unknowns: new Map() },
    [Symbol.asyncDispose]: () => playground.stop(),
  };
}

/** Opens an issue and puts the label on it. */
export async function askedIssue({ ada }: SmallRepository, title = "Fix the parser"): Promise<number> {
  const where = { owner: "ada", repo: "engine" };
  const { data } = await ada.rest.issues.create({ ...where, title, body: "It loses the last line." });
  await ada.rest.issues.addLabels({ ...where, issue_number: data.number, labels: ["gza"] });
  return data.number;
}
