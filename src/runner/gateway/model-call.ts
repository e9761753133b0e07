/** One request to a model's provider, from the client's first byte to the last of the answer: judged, paid for, passed on, counted. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { NOTHING_SEEN, type Shape } from "./answer.ts";
import { signsOfAnswer, signsOfFailure, signsOfSilence } from "./answer-signs.ts";
import type { Account } from "./account.ts";
import { pathAt } from "./cloud.ts";
import { shownTo, type Shown } from "./credential.ts";
import type { ModelAccess } from "./gateway.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import type { HostRecord } from "./host-record.ts";
import { readModelRequest } from "./model-request.ts";
import type { Asked, Counted, PriceBook } from "./prices.ts";
import { refuse, STOPPED_STATUS, type RefusalStatus } from "./refusal.ts";
import type { BodyMemory } from "./request-body.ts";
import { upstreamOf, type Target } from "./routes.ts";
import { openTap } from "./tap.ts";
import type { Upstream, UpstreamAnswer } from "./upstream.ts";

/** A provider and what it takes. */
export interface Model {
  access: ModelAccess;
  prices: PriceBook;
}

/** What all model calls share. */
export interface ModelDesk {
  models: readonly Model[];
  account: Account;
  memory: BodyMemory;
  upstream: Upstream;
  record: HostRecord;
}

export type ModelTarget = Extract<Target, { kind: "route" }>;

/** The client's side of a call. */
interface Client {
  request: IncomingMessage;
  response: ServerResponse;
  /** It has hung up. */
  gone: AbortSignal;
}

/** A call that was judged, on its way out. */
interface Outgoing {
  model: Model;
  url: URL;
  method: "GET" | "POST";
  body: Buffer | null;
  /** null: no model answers. */
  answer: { shape: Shape; asked: Asked } | null;
}

/** Bytes of an error that are read and passed on. */
const MOST_ERROR = 1024 * 1024;

export async function callModel(
  desk: ModelDesk,
  target: ModelTarget,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { protocol, route } = target;
  const model = desk.models.find(({ access }) => access.protocol === protocol);
  const say = (status: RefusalStatus, why: string): void => refuse(response, { protocol, status, why });
  if (model === undefined) {
    const why = `this workflow has no key for ${protocol}; add it to the repository's secrets and to the step that runs the agent`;
    desk.record.refused(protocol, "there is no key for it");
    return say(403, why);
  }
  const client: Client = { request, response, gone: goneOf(response) };
  const { host } = new URL(model.access.base);
  const sayAbsent = (): void => {
    desk.record.refused(host, `${route.method} ${target.path.split("?")[0]} is not served there`);
    say(403, `${host} serves no such request, or no model of this name`);
  };
  const out = { model, method: route.method };
  if (route.shape === null) {
    if (hasBody(request)) return say(400, "this request may have no body");
    const url = urlAt(model.access, target, null);
    return url === null ? sayAbsent() : send(desk, { ...out, url, body: null, answer: null }, client);
  }
  if ((request.headers["content-encoding"] ?? "identity") !== "identity")
    return say(400, "a request's body must not be compressed; switch that off in the agent's settings");
  const reading = desk.memory.read(request);
  try {
    const read = await reading.body;
    if (read.kind === "gone") return;
    if (read.kind === "too_large") return say(413, "a request may have 32 MiB; let the agent send less");
    if (read.kind === "busy") return say(503, "too many large requests are on their way; try again");
    const { venue } = model.access;
    const { shape, isAnswer, isStream = false } = route;
    // Anthropic widens the window of some models by a header.
    const isWide = String(request.headers["anthropic-beta"] ?? "").includes("context-1m");
    const asking = readModelRequest(read.text, { ...target, venue, isAnswer, shape, isStream, isWide });
    if (asking.kind === "unreadable") return say(400, `the request cannot be passed on: ${asking.why}`);
    if (asking.kind === "refused") {
      desk.record.refused(host, asking.why);
      return say(403, `the request is refused: ${asking.why}; switch that off in the agent's settings`);
    }
    for (const name of asking.dropped)
      desk.record.refused(host, `the field ${name.slice(0, 60)} of a request is not passed on`);
    const url = urlAt(model.access, target, asking.asked);
    if (url === null) return sayAbsent();
    const answer = isAnswer ? { shape, asked: asking.asked } : null;
    await send(desk, { ...out, url, body: asking.body, answer }, client);
  } finally {
    reading.release();
  }
}

/** null: this provider serves nothing of the kind. */
function urlAt(
  { protocol, base, venue }: ModelAccess,
  { route, path }: ModelTarget,
  asked: Asked | null,
): URL | null {
  const { model = null, isStream = false } = asked ?? {};
  const behind = pathAt(venue, { protocol, isAnswer: route.isAnswer, path, model, isStream });
  return behind === null ? null : upstreamOf(protocol, base, behind);
}

async function send(desk: ModelDesk, out: Outgoing, client: Client): Promise<void> {
  const { model, answer } = out;
  const call = { kind: answer === null ? ("side" as const) : ("answer" as const) };
  const worst = answer === null ? 0 : model.prices.worstCase(answer.asked);
  const passage = await desk.account.pass({ ...call, worst }, client.gone);
  if (passage.kind === "refused") {
    const { protocol } = model.access;
    return refuse(client.response, { protocol, status: STOPPED_STATUS[protocol], why: passage.why });
  }
  let counted: Counted | null = null;
  try {
    counted = await exchange(desk, out, client);
  } finally {
    passage.settle(counted);
  }
  // Only now the client learns that the answer is over: who has seen its end finds it counted.
  client.response.end();
}

/** What the answer used; null: no model answered. */
async function exchange(desk: ModelDesk, out: Outgoing, client: Client): Promise<Counted | null> {
  const { model, url, method, body, answer } = out;
  const { access, prices } = model;
  const { protocol } = access;
  const shown = shownTo(access, new Date());
  const headers = requestHeaders(client.request.headers, access, shown);
  const began = performance.now();
  const hungUp = (): number | null => (client.gone.aborted ? (performance.now() - began) / 1000 : null);
  const got = await desk.upstream.send({ url, method, headers, body, signal: client.gone });
  if (got.kind === "failed") return failed(desk, out, { client, got, hungUp: hungUp() });
  desk.record.used(url.host);
  const status = got.response.statusCode ?? 502;
  if (status >= 300 && status < 400) {
    got.response.destroy();
    desk.account.setSigns({ ...signsOfSilence(), status: 502 });
    const why = `${url.host} answered with a redirect (${status}), which is not followed; set the base URL to where it leads`;
    refuse(client.response, { protocol, status: 502, why });
    return null;
  }
  if (status >= 400) {
    await passFailure(desk, { shown, client, answered: got.response, status });
    return null;
  }
  if (answer === null) {
    await passOn(got.response, client.response, () => undefined);
    return null;
  }
  const tap = openTap(answer.shape, got.response);
  await passOn(got.response, client.response, (chunk) => tap.take(chunk));
  const seen = await tap.finish();
  desk.account.setSigns(signsOfAnswer(seen, got.response.headers));
  return prices.count({ ...answer, seen, hungUp: hungUp() });
}

function failed(
  desk: ModelDesk,
  { model: { access, prices }, url, answer }: Outgoing,
  {
    client,
    got,
    hungUp,
  }: { client: Client; got: Extract<UpstreamAnswer, { kind: "failed" }>; hungUp: number | null },
): Counted | null {
  if (hungUp === null) {
    desk.account.setSigns(signsOfSilence());
    const why = `${url.host} cannot be asked: ${got.why}`;
    refuse(client.response, { protocol: access.protocol, status: 502, why });
    return null;
  }
  // The client hung up while the provider was at work, which is paid for.
  return answer !== null && got.isSent ? prices.count({ ...answer, seen: NOTHING_SEEN, hungUp }) : null;
}

/** Bytes go on as they come, as fast as the client takes them; whoever breaks off breaks off the other side too. The end is left to be said. */
async function passOn(
  answered: IncomingMessage,
  response: ServerResponse,
  listen: (chunk: Buffer) => void,
): Promise<void> {
  const headers = responseHeaders(answered.rawHeaders, answered.headers);
  response.writeHead(answered.statusCode ?? 502, headers);
  response.flushHeaders();
  answered.on("data", listen);
  try {
    await pipeline(answered, response, { end: false });
  } catch (error) {
    // An answer that breaks off must be seen to, and counts as far as it came.
    response.destroy();
    if (!isBroken(error)) throw error;
  }
}

/** An error is short, so it is read whole: some providers repeat in it the credential that they do not like. */
async function passFailure(
  desk: ModelDesk,
  failure: { shown: Shown; client: Client; answered: IncomingMessage; status: number },
): Promise<void> {
  const { shown, client, answered, status } = failure;
  const text = await beginningOf(answered);
  const { headers } = answered;
  desk.account.setSigns(signsOfFailure(status, { headers, body: text, now: new Date() }));
  if (client.response.destroyed) return;
  const body = text.replaceAll(shown.secret, "***");
  const kept = responseHeaders(answered.rawHeaders, headers).flatMap((value, index, all) =>
    index % 2 === 1 || /^content-(?:length|encoding)$/i.test(value)
      ? []
      : [value, (all[index + 1] ?? "").replaceAll(shown.secret, "***")],
  );
  client.response.writeHead(status, [...kept, "content-length", String(Buffer.byteLength(body))]);
  client.response.write(body);
}

async function beginningOf(answered: IncomingMessage): Promise<string> {
  // What came compressed against what was asked for is not opened up for an error.
  const isPlain = (answered.headers["content-encoding"] ?? "identity") === "identity";
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answered) {
      if (!isPlain || !Buffer.isBuffer(chunk)) continue;
      bytes += chunk.byteLength;
      if (bytes > MOST_ERROR) break;
      chunks.push(chunk);
    }
  } catch (error) {
    if (!isBroken(error)) throw error;
  }
  return Buffer.concat(chunks).toString();
}

function goneOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Streams end so when the other side goes. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && ("code" in error || error.name === "AbortError");
}
