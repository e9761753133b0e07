/** The app: webhooks and timers in, effects on GitHub out. It keeps nothing that it could not read again. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Probot, ProbotOctokit, Server, type Logger } from "probot";
import { decide } from "../domain/decide.ts";
import { connect, type Client } from "../github/client.ts";
import { recordKey } from "../github/sign.ts";
import { createBaseWatch, type BaseWatch } from "./base-watch.ts";
import { systemClock, type Clock } from "./clock.ts";
import { createEchoes } from "./echo.ts";
import { handle, type HandleDependencies } from "./handle.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { introduce } from "./introduce.ts";
import { answerMergeGroup } from "./merge-group.ts";
import { answerPeoplePull } from "./people-pull.ts";
import type { Settings } from "./settings.ts";
import { sweepAll, sweepInstallation, sweepOne, type SweepDependencies } from "./sweep.ts";
import { createQueueLanes } from "./queue-lanes.ts";
import { createWaiting } from "./waiting.ts";
import { createIntake, type Intake } from "./take.ts";
import { signedOnly } from "./webhook-endpoint.ts";

export interface AppOptions {
  settings: Settings;
  clock?: Clock;
  log?: Logger;
  /** In place of the network, for tests. */
  fetch?: typeof fetch;
  interrupt?: HandleDependencies["interrupt"];
}

export interface App {
  /** Says who the App is and what about it will not work; why nothing can work at all, else null. */
  introduce(): Promise<string | null>;
  /** Listens, sweeps, and goes on sweeping. */
  start(): Promise<{ port: number }>;
  /** Takes nothing in any more, finishes what is under way (ten seconds at most), and closes. */
  stop(): Promise<void>;
  /** One sweep of everything. */
  sweep(): Promise<void>;
  inbox: Inbox;
  bases: BaseWatch;
  intake: Intake;
}

/** Requests are cut after that, the App's own for tokens too, which no plugin sees. */
const TIMEOUT_MILLISECONDS = 10_000;
const DRAIN_MILLISECONDS = 10_000;

export async function createApp({ settings, clock = systemClock, ...options }: AppOptions): Promise<App> {
  const log = options.log ?? (await logOf(settings));
  const server = createServer(settings, { log, fetch: options.fetch });
  const probot = await probotOf(server);
  const { clientFor, expire } = clientsOf(probot);
  const key = recordKey(settings.privateKey);
  const observer = { key, appId: settings.appId, hints: new Map(), logs: new Map(), unknowns: new Map() };
  const waiting = createWaiting((address) => inbox.wake(address));
  const echoes = createEchoes(settings.appId);
  const lanes = createQueueLanes();
  const dependencies = {
    clientFor,
    observer,
    decide,
    waiting,
    lanes,
    echoes,
    log,
    interrupt: options.interrupt,
  };
  const inbox: Inbox = createInbox({ clock, log, handle: (address) => handle(address, dependencies) });
  const bases = createBaseWatch({ clientFor, key, clock, wake: inbox.wake, log });
  const sweepDependencies: SweepDependencies = {
    appClient: () => clientFor(null),
    clientFor,
    key,
    clock,
    log,
    wake: inbox.wake,
    follow: bases.follow,
  };
  const sweeper = createSweeper(sweepDependencies, settings.sweepMinutes);
  const intake = createIntake({
    clientFor,
    wake: inbox.wake,
    pushed: bases.pushed,
    wakeLater: inbox.wakeLater,
    leave: inbox.leave,
    expire,
    answerGroup: (group) => answerMergeGroup(group, { clientFor, key, appId: settings.appId }),
    answerPeople: (pull) => answerPeoplePull(pull, { clientFor, appId: settings.appId }),
    echoes,
    sweepInstallation: (installation) => sweepInstallation(installation, sweepDependencies),
    sweepRepository: (where) => sweepOne(where, sweepDependencies),
    log,
  });
  probot.onAny(({ name, payload }) => intake.take(name, payload));
  server.addHandler((request, response) =>
    answerHealth({ request, response }, { ...inbox.status(), ...sweeper.status() }),
  );

  async function start(): Promise<{ port: number }> {
    await server.start();
    sweeper.start();
    return { port: server.port };
  }

  async function stop(): Promise<void> {
    sweeper.stop();
    bases.stop();
    const finished = Promise.all([
      server.stop(),
      inbox.drain(),
      intake.settled(),
      bases.idle(),
      sweeper.idle(),
    ]);
    let giveUp: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      giveUp = clock.after(DRAIN_MILLISECONDS, () => {
        log.warn(inbox.status(), "not everything was finished in time; the sweep of the next start finds it");
        resolve();
      });
    });
    await Promise.race([finished, late]);
    giveUp();
  }

  return {
    introduce: async () => introduce(await clientFor(null), { settings, log }),
    start,
    stop,
    sweep: sweeper.sweep,
    inbox,
    bases,
    intake,
  };
}

/** Probot's own logger, made as the settings want it; its server would make another one. */
async function logOf({ appId, privateKey, logLevel, logFormat }: Settings): Promise<Logger> {
  const probot = new Probot({ appId, privateKey, logLevel, logFormat });
  await probot.ready();
  return probot.log;
}

/** What Probot makes its Octokits of. */
interface Given {
  auth?: { request: { defaults(parameters: { baseUrl: string }): unknown } };
}

function createServer(
  { appId, privateKey, webhookSecret: secret, host, port, baseUrl, webhookProxy }: Settings,
  { log, fetch: underlying = fetch }: { log: Logger; fetch: typeof fetch | undefined },
): Server {
  const options = {
    appId,
    privateKey,
    secret,
    baseUrl,
    log,
    // Its retry repeats writes that took effect, its throttling sleeps in the process: `connect` does without either.
    // A function, because Probot's own defaults come after an object's and would switch the throttling on again.
    Octokit: ProbotOctokit.defaults(({ auth, ...given }: Given) => ({
      ...given,
      retry: { enabled: false },
      throttle: { enabled: false },
      // Asked for by itself, and not on the way of another request, a token would be sought on github.com.
      ...(auth && { auth: { ...auth, request: auth.request.defaults({ baseUrl }) } }),
    })),
  };
  return new Server({
    // The server hands this on to its Probot, over whatever that was given.
    request: { fetch: impatient(underlying) },
    host,
    // Probot takes the number 0 for "not given"; Node takes the text for "a free one".
    port: port === 0 ? ("0" as unknown as number) : port,
    ...(webhookProxy !== null && { webhookProxy }),
    log,
    Probot: Probot.defaults(options),
  });
}

function impatient(underlying: typeof fetch): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    return underlying(input, { ...init, signal });
  };
}

/** The server makes its Probot itself; the middleware that it will ask for is replaced here. */
async function probotOf(server: Server): Promise<Probot> {
  return new Promise((resolve, reject) => {
    server
      .load((probot) => {
        const middleware = probot.getNodeMiddleware.bind(probot);
        probot.getNodeMiddleware = async (options) => signedOnly(probot, await middleware(options));
        resolve(probot);
      })
      .catch(reject);
  });
}

/** One client per installation, kept: its pace and its token belong to it. null: the App itself. */
function clientsOf(probot: Probot) {
  const clients = new Map<number | null, Promise<Client>>();

  function clientFor(installation: number | null): Promise<Client> {
    const known = clients.get(installation);
    if (known !== undefined) return known;
    const client = probot.auth(installation ?? undefined).then((octokit) => connect(octokit, installation));
    clients.set(installation, client);
    return client;
  }

  async function expire(installation: number): Promise<void> {
    (await clients.get(installation))?.token?.expire();
  }

  return { clientFor, expire };
}

function createSweeper(dependencies: SweepDependencies, minutes: number) {
  const { clock, log } = dependencies;
  let current: Promise<void> = Promise.resolve();
  let lastEnd: number | null = null;
  let cancel: () => void = () => undefined;
  let isStopped = false;

  async function sweep(): Promise<void> {
    try {
      await sweepAll(dependencies, lastEnd === null);
      lastEnd = clock.now();
    } catch (error) {
      log.error({ err: error }, "the sweep failed; the next one tries again");
    }
  }

  function start(): void {
    current = sweep().then(() => {
      if (!isStopped) cancel = clock.after(minutes * 60_000, start);
    });
  }

  function stop(): void {
    isStopped = true;
    cancel();
  }

  return {
    sweep,
    start,
    stop,
    idle: () => current,
    status: () => ({ sweepAgeSeconds: lastEnd === null ? null : Math.round((clock.now() - lastEnd) / 1000) }),
  };
}

function answerHealth(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  status: object,
): boolean {
  if (request.method !== "GET" || request.url?.split("?", 1)[0] !== "/healthz") return false;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(status));
  return true;
}
