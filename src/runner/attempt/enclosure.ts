/** Everything around the programs of an attempt: the sandbox that they run in, the gateway that is their only way out, and what they are told of it. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job } from "../../domain/job.ts";
import type { AgentInput, AgentSpec } from "../agents/agent-spec.ts";
import type { Gateway, ModelAccess } from "../gateway/gateway.ts";
import { openGateway } from "../gateway/open-gateway.ts";
import { registriesOf } from "../gateway/registries.ts";
import { registryEnvironment } from "../gateway/registry-environment.ts";
import type { Inputs } from "../inputs.ts";
import { SECRETS, type Access } from "./model-access.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { GATEWAY_PORT, type Sandbox } from "../sandbox/sandbox.ts";

export interface Enclosure {
  sandbox: Sandbox;
  gateway: Gateway;
  /** Added to the scrubbed environment of every program inside. */
  env: Record<string, string>;
  /** The model of the agent, as it reaches it; null: it needs none. */
  model: AgentInput["model"];
  /** Takes everything away; nothing runs inside any more. */
  close(): Promise<void>;
}

export type Opened =
  | { kind: "enclosure"; enclosure: Enclosure }
  /** Nothing can start before a person has mended this: one sentence with the next step. */
  | { kind: "fault"; why: string };

/** A subscription is one person's: its quota, and what its provider allows, are not made for twenty attempts. */
const SHARED_LOGIN =
  "A subscription serves one attempt at a time: set `parallel: {tasks: 1}` in .github/gza.yml, or add the secret ANTHROPIC_API_KEY, which any number of attempts can use.";

export async function openEnclosure(place: {
  inputs: Inputs;
  job: Job;
  agent: AgentSpec;
  home: string;
  /** Where the agent is installed; null: it comes with the action. */
  installed: string | null;
  access: Access;
  print: (text: string) => void;
}): Promise<Opened> {
  const { inputs, job, agent, home, installed, access, print } = place;
  const model = modelFor(agent, access);
  if (model === null && agent.protocols.length > 0) return { kind: "fault", why: noModel(agent) };
  if (model?.credential.kind === "login" && job.parallel > 1) return { kind: "fault", why: SHARED_LOGIN };

  // Outside of every room, and short: the name of a unix socket may have about 100 characters.
  const folder = await mkdtemp(join(tmpdir(), "gza-"));
  const socket = join(folder, "gateway.sock");
  const registries = job.network.registries
    ? await registriesOf({
        clone: inputs.clone,
        base: job.start.base,
        tokens: access.registryTokens,
        servers: [new URL(inputs.server).hostname],
        say: (sentence) => print(`${sentence}\n`),
      })
    : [];
  const gateway = await openGateway({
    socket,
    models: model === null ? [] : [model],
    registries,
    tunnel: job.network.tunnel,
    limits: { usd: job.limits.usd, answers: null },
    isOpen: true,
    onFault: (fault) => print(`The gateway had a fault of its own: ${String(fault)}\n`),
  });
  const readable = [...ownPrograms(), ...(installed === null ? [] : [installed])];
  const rooms = { clone: inputs.clone, home, readable, gateway: socket };
  const opened = await openSandbox(job.sandbox, rooms, { temp: inputs.temp, environment: process.env }).catch(
    async (error: unknown) => {
      // A gateway that nobody closes would keep the step from ending.
      await gateway.close();
      throw error;
    },
  );
  const bridge = opened.kind === "sandbox" && opened.sandbox.kind === "off" ? await openBridge(socket) : null;
  const close = async (): Promise<void> => {
    if (opened.kind === "sandbox") await opened.sandbox.close();
    bridge?.close();
    await gateway.close();
    await rm(folder, { recursive: true, force: true });
  };
  if (opened.kind === "refused") {
    await close();
    return { kind: "fault", why: opened.why };
  }
  const url = `http://127.0.0.1:${bridge === null ? GATEWAY_PORT : portOf(bridge)}`;
  const managers = registryEnvironment(registries, {
    gateway: url,
    home,
    certificate: gateway.certificate,
  });
  for (const [path, text] of Object.entries(managers.files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  return {
    kind: "enclosure",
    enclosure: {
      sandbox: opened.sandbox,
      gateway,
      env: { ...throughGateway(url), ...managers.env },
      model: model && { protocol: model.protocol, url: `${url}/${model.protocol}`, venue: model.venue },
      close,
    },
  };
}

/** The first protocol that the agent speaks and somebody has given a key for. */
function modelFor({ protocols }: AgentSpec, { models }: Access): ModelAccess | null {
  for (const protocol of protocols) {
    const found = models.find((model) => model.protocol === protocol);
    if (found) return found;
  }
  return null;
}

function noModel({ name, protocols }: AgentSpec): string {
  const secrets = protocols.map((protocol) => SECRETS[protocol]).join(" or ");
  return `The agent "${name}" has no key for a model: add the secret ${secrets} under Settings, Secrets and variables, Actions, and see that .github/workflows/gza.yml hands it to the step Agent.`;
}

/** Whoever looks for a way out is sent to the gateway, which says no and writes it down. */
function throughGateway(url: string): Record<string, string> {
  const here = "127.0.0.1,localhost,::1";
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    http_proxy: url,
    https_proxy: url,
    NO_PROXY: here,
    no_proxy: here,
  };
}

/** The folders of the programs of ours that are started inside: the bundles of the released action, or the sources with what they import. */
function ownPrograms(): string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  if (extname(import.meta.url) !== ".ts") return [here];
  const root = join(here, "..", "..", "..");
  return ["src", "node_modules", "package.json"].map((name) => join(root, name));
}

/** Without a sandbox there is no loopback of its own: the gateway gets a port of the machine's, which every program there can use. */
async function openBridge(socket: string): Promise<Server> {
  await chmod(socket, 0o600);
  const server = createServer((client) => {
    const inner = createConnection(socket);
    client.pipe(inner).pipe(client);
    client.on("error", () => inner.destroy());
    inner.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
