/** The setup: a small server that leads a person through making the App, and writes down its keys. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { parse } from "yaml";
import { z } from "zod";
import { fetchKeys, webhookOf, writeDown } from "./register-app.ts";
import type { SetupSettings } from "./settings.ts";
import { firstPage, lastPage, problemPage, secondPage } from "./setup-page.ts";

/** What is told of it; GitHub gets all of it. */
const AppFile = z.looseObject({ default_permissions: z.record(z.string(), z.string()) });

export interface SetupOptions {
  settings: SetupSettings;
  /** Path of `app.yml`. */
  appFile: string;
  /** Path of the file that the keys go to, after what stands there. */
  dotEnv: string;
}

export interface Setup {
  /** Of the page. Nobody gets anywhere without the key in it: a tunnel may have opened this server to everybody already. */
  url: string;
  /** Resolves when the keys are written down and the port is free again, with the address where the App is installed. */
  made: Promise<string>;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  page: string;
  /** Where the App is installed: nothing is left to do here. */
  made?: string;
}

/** Listens when it resolves. Throws the system's error when the port cannot be had. */
export async function startSetup(options: SetupOptions): Promise<Setup> {
  const app = AppFile.parse(parse(await readFile(options.appFile, "utf8")));
  /** The channel for webhooks of each App that was begun here, by what GitHub has to bring back. */
  const begun = new Map<string, string | null>();
  const made = Promise.withResolvers<string>();
  const key = randomBytes(16).toString("hex");
  const server = createServer((request, response) => {
    answer(request, { ...options, app, begun, key })
      .catch((error: unknown) => problem(500, `This did not go well: ${String(error)}`))
      .then(async ({ status, page, made: install }) => {
        await send(response, status, page);
        if (install === undefined) return;
        await stop(server);
        made.resolve(install);
      })
      .catch(made.reject);
  });
  const { host } = options.settings;
  const port = await listen(server, options.settings);
  const shown = host === "127.0.0.1" || host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return { url: `http://${shown}:${port}/?key=${key}`, made: made.promise, stop: () => stop(server) };
}

interface Desk extends SetupOptions {
  key: string;
  app: z.infer<typeof AppFile>;
  begun: Map<string, string | null>;
}

async function answer(request: IncomingMessage, desk: Desk): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (request.method !== "GET") return problem(405, "Nothing is sent to this page.");
  if (pathname === "/made") return finish(desk, searchParams);
  if (pathname !== "/" && pathname !== "/register")
    return problem(404, "There is no such page while there is no App.");
  if (searchParams.get("key") !== desk.key)
    return problem(
      403,
      "Open the whole address that GZA has written to the terminal, with the key at its end.",
    );
  return pathname === "/" ? begin(desk, searchParams, null) : register(desk, searchParams, originOf(request));
}

function begin({ settings, key }: Desk, query: URLSearchParams, why: string | null): Answer {
  const page = firstPage({
    github: settings.github,
    address: query.get("address") ?? settings.webhookProxy ?? "",
    organization: query.get("organization") ?? settings.organization ?? "",
    problem: why,
    key,
  });
  return { status: why === null ? 200 : 400, page };
}

function register(desk: Desk, query: URLSearchParams, origin: string): Answer {
  const { settings, app, begun } = desk;
  const webhook = webhookOf((query.get("address") ?? "").trim(), settings);
  if (webhook.kind === "refused") return begin(desk, query, webhook.why);
  // Whoever comes back without it did not begin here, and could bring the keys of an App of somebody else.
  const state = randomBytes(16).toString("hex");
  begun.set(state, webhook.proxy);
  const owner = (query.get("organization") ?? "").trim();
  const account = owner === "" ? "" : `/organizations/${encodeURIComponent(owner)}`;
  const manifest = {
    ...app,
    url: new URL(webhook.url).origin,
    hook_attributes: { url: webhook.url, active: true },
    redirect_url: `${origin}/made`,
  };
  const page = secondPage({
    github: settings.github,
    action: `${settings.github}${account}/settings/apps/new?state=${state}`,
    manifest: JSON.stringify(manifest),
    webhook: webhook.url,
    permissions: app.default_permissions,
  });
  return { status: 200, page };
}

async function finish({ settings, begun, dotEnv }: Desk, query: URLSearchParams): Promise<Answer> {
  const state = query.get("state") ?? "";
  const proxy = begun.get(state);
  if (proxy === undefined)
    return problem(400, "This App was not begun here, or before a restart. Delete it on its settings page.");
  begun.delete(state);
  const keys = await fetchKeys(settings.baseUrl, query.get("code") ?? "");
  if (keys.kind === "refused") return problem(502, keys.why);
  const { app } = keys;
  const isOwnServer = settings.github !== "https://github.com";
  const { protocol, host } = new URL(settings.github);
  await writeDown(dotEnv, {
    APP_ID: String(app.id),
    PRIVATE_KEY: app.pem,
    WEBHOOK_SECRET: app.webhook_secret,
    WEBHOOK_PROXY_URL: proxy,
    GHE_HOST: isOwnServer ? host : null,
    GHE_PROTOCOL: isOwnServer ? protocol.replace(":", "") : null,
  });
  const install = `${app.html_url}/installations/new`;
  return { status: 200, page: lastPage({ name: app.name, install, file: dotEnv }), made: install };
}

function problem(status: number, why: string): Answer {
  return { status, page: problemPage(why) };
}

/** Where the person's browser is, so that GitHub leads it back. */
function originOf({ headers }: IncomingMessage): string {
  const protocol = String(headers["x-forwarded-proto"] ?? "http").split(",", 1)[0];
  return `${protocol}://${String(headers["x-forwarded-host"] ?? headers.host)}`;
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Without `keep-alive`: the server can be closed as soon as the last page is out. */
function send(response: ServerResponse, status: number, page: string): Promise<void> {
  return new Promise((resolve) => {
    const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
    response.writeHead(status, { ...headers, connection: "close" });
    response.end(page, resolve);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
