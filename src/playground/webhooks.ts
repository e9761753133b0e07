/** Webhooks: every happening goes, signed, to each App that is installed there and asked for it. */
import { randomUUID } from "node:crypto";
import { Webhooks as Signer } from "@octokit/webhooks";
import { appById } from "./apps.ts";
import type { Installation } from "./model/people.ts";
import type { Delivery, Happening, InstallationChange, World } from "./model/world.ts";
import { installationPayload, payloadOf } from "./shapes/payload.ts";
import { instant, newId } from "./world.ts";

/** GitHub cuts the connection after ten seconds, and never asks again by itself. */
const PATIENCE = 10_000;

/** One webhook before it is sent. */
export interface Letter {
  event: string;
  action: string | null;
  installation: Installation;
  repositoryId: number | null;
  /** As it was when it happened. */
  payload: Record<string, unknown>;
  guid: string;
}

export interface Webhooks {
  /** Keeps what is to be delivered until `release`. */
  hold(): void;
  /** Sends what was held, in the order in which it happened or as arranged. */
  release(arrange?: (held: Letter[]) => Letter[]): void;
  /** From now on loses what the predicate names, without a trace; null: loses nothing. */
  drop(predicate: ((letter: Letter) => boolean) | null): void;
  /** From now on sends everything this many times, with the same delivery id. */
  duplicate(times: number): void;
  /** Sends the same payload under the same delivery id again. */
  redeliver(delivery: Delivery): void;
  /** Whether a delivery is under way; what is held does not count. */
  busy(): boolean;
  /** Resolves when no delivery is under way. */
  idle(): Promise<void>;
  /** Delivers nothing more, and waits for what is under way. */
  stop(): Promise<void>;
}

export interface WebhookOptions {
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds that an App has for its answer. */
  patience?: number | undefined;
}

/** Subscribes to the world. Deliveries leave in the order of the happenings; several may be under way at once. */
export function startWebhooks(
  world: World,
  { fetch: send = fetch, patience = PATIENCE }: WebhookOptions = {},
): Webhooks {
  const underWay = new Set<Promise<void>>();
  let held: Letter[] | null = null;
  let lost: ((letter: Letter) => boolean) | null = null;
  let times = 1;

  const dispatch = (letter: Letter, redelivery = false): void => {
    const sending = deliver(world, letter, { send, patience, redelivery }).finally(() =>
      underWay.delete(sending),
    );
    underWay.add(sending);
  };
  const accept = (letter: Letter): void => {
    if (lost?.(letter)) return;
    if (held) held.push(letter);
    else for (let copy = 0; copy < times; copy += 1) dispatch(letter);
  };
  const onHappening = (happening: Happening): void => lettersFor(world, happening).forEach(accept);
  const onInstallation = (change: InstallationChange): void => accept(letterAbout(world, change));
  world.listeners.push(onHappening);
  world.installationListeners.push(onInstallation);

  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return {
    hold: () => {
      held ??= [];
    },
    release: (arrange = (letters) => letters) => {
      const letters = arrange(held ?? []);
      held = null;
      letters.forEach(accept);
    },
    drop: (predicate) => {
      lost = predicate;
    },
    duplicate: (count) => {
      times = count;
    },
    redeliver: (delivery) => dispatch(letterAgain(world, delivery), true),
    busy: () => underWay.size > 0,
    idle,
    stop: async () => {
      world.listeners = world.listeners.filter((listener) => listener !== onHappening);
      world.installationListeners = world.installationListeners.filter(
        (listener) => listener !== onInstallation,
      );
      await idle();
    },
  };
}

function lettersFor(world: World, happening: Happening): Letter[] {
  const { name: event, action, repository } = happening;
  return [...world.installations.values()]
    .filter((installation) => hears(installation, happening))
    .map((installation) => ({
      event,
      action,
      installation,
      repositoryId: repository.id,
      payload: frozen(payloadOf(world, happening, installation)),
      guid: randomUUID(),
    }));
}

/** Check events go to Apps that may see checks; that a check is wanted again, only to the App that made it. */
function hears(installation: Installation, happening: Happening): boolean {
  const { name, repository } = happening;
  if (installation.suspendedAt !== null || !installation.repositoryIds.includes(repository.id)) return false;
  if (happening.action === "rerequested" && ownerOf(happening) !== installation.appId) return false;
  const checks = name !== "check_run" && name !== "check_suite" ? "read" : installation.permissions["checks"];
  return installation.events.includes(name) && checks !== undefined;
}

/** The App that a check event is about. */
function ownerOf({ payload }: Happening): number | undefined {
  const { check_run: run } = payload as { check_run?: { app?: { id: number } } };
  return run?.app?.id;
}

function letterAbout(world: World, change: InstallationChange): Letter {
  const { name: event, action, installation } = change;
  const payload = frozen(installationPayload(world, change));
  return { event, action, installation, repositoryId: null, payload, guid: randomUUID() };
}

function letterAgain(world: World, delivery: Delivery): Letter {
  const installation = world.installations.get(delivery.installationId);
  if (!installation)
    throw new Error(`delivery ${delivery.id} is of an installation that is gone: it cannot be sent again`);
  const { event, action, repositoryId, guid, request } = delivery;
  return { event, action, installation, repositoryId, guid, payload: request.payload };
}

/** The payload as bytes would keep it: later changes of the world do not reach it. */
function frozen(payload: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = JSON.parse(JSON.stringify(payload));
  return copy;
}

interface Sending {
  send: (request: Request) => Promise<Response>;
  patience: number;
  redelivery: boolean;
}

async function deliver(world: World, letter: Letter, { send, patience, redelivery }: Sending): Promise<void> {
  const app = appById(world, letter.installation.appId);
  if (app.webhookUrl === null) return;
  const content = JSON.stringify(letter.payload);
  const signature = await new Signer({ secret: app.webhookSecret }).sign(content);
  const headers = {
    Accept: "*/*",
    "Content-Type": "application/json",
    "User-Agent": `GitHub-Hookshot/${app.id.toString(16).padStart(7, "0")}`,
    "X-GitHub-Delivery": letter.guid,
    "X-GitHub-Event": letter.event,
    "X-GitHub-Hook-ID": String(app.id),
    "X-GitHub-Hook-Installation-Target-ID": String(app.id),
    "X-GitHub-Hook-Installation-Target-Type": "integration",
    "X-Hub-Signature-256": signature,
  };
  const delivery: Delivery = {
    id: newId(world),
    guid: letter.guid,
    appId: app.id,
    event: letter.event,
    action: letter.action,
    installationId: letter.installation.id,
    repositoryId: letter.repositoryId,
    deliveredAt: instant(world),
    redelivery,
    durationSeconds: 0,
    status: "pending",
    statusCode: 0,
    url: app.webhookUrl,
    request: { headers, payload: letter.payload },
    response: { headers: {}, payload: "" },
  };
  world.deliveries.push(delivery);
  const began = performance.now();
  const signal = AbortSignal.timeout(patience);
  const request = new Request(app.webhookUrl, {
    method: "POST",
    headers,
    body: content,
    redirect: "manual",
    signal,
  });
  Object.assign(delivery, await answerOf(send(request), signal));
  delivery.durationSeconds = Math.round(performance.now() - began) / 1000;
}

/** The answer in the words of GitHub's delivery log. */
async function answerOf(
  sent: Promise<Response>,
  signal: AbortSignal,
): Promise<Pick<Delivery, "status" | "statusCode" | "response">> {
  const cut = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  try {
    const { answer, payload } = await Promise.race([readAnswer(sent), cut]);
    const response = { headers: Object.fromEntries(answer.headers), payload };
    const status = answer.ok ? "OK" : `Invalid HTTP Response: ${answer.status}`;
    return { status, statusCode: answer.status, response };
  } catch (error) {
    const late = signal.aborted;
    const response = { headers: {}, payload: error instanceof Error ? error.message : String(error) };
    return {
      status: late ? "timed out" : "failed to connect to host",
      statusCode: late ? 504 : 502,
      response,
    };
  }
}

async function readAnswer(sent: Promise<Response>): Promise<{ answer: Response; payload: string }> {
  const answer = await sent;
  return { answer, payload: await answer.text() };
}
