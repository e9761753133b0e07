/** What goes out to a model's provider and what does not, whatever a client sends. */
import { describe, expect, it } from "vitest";
import {
  anthropicAccess,
  ask,
  begin,
  googleAccess,
  headOf,
  MESSAGE,
  openaiAccess,
  openTestGateway,
} from "./opened-gateway.ts";
import { json, messages, startUpstream, stream } from "./scripted-upstream.ts";

const ANSWER = stream(
  ...messages({ usage: { input_tokens: 10, output_tokens: 1 }, last: { output_tokens: 5 } }),
);
const FOREIGN = {
  authorization: "Bearer foreign",
  "x-api-key": "foreign",
  "x-goog-api-key": "foreign",
  "api-key": "foreign",
  cookie: "session=foreign",
  "openai-organization": "foreign",
  "x-anything": "foreign",
};

describe("a model call", () => {
  it("goes out with the gateway's own key and without whatever else the client sent", async () => {
    const upstream = await startUpstream(ANSWER);
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    await ask(gateway, {
      ...MESSAGE,
      path: "/anthropic/v1/messages?beta=true&key=foreign&beta=%2f..%2f",
      headers: {
        ...FOREIGN,
        "anthropic-beta": "one,two",
        "anthropic-version": "2023-06-01",
        "user-agent": "cli",
      },
    });

    const [received] = upstream.received;
    expect(received?.url).toBe("/v1/messages?beta=true");
    expect(received?.body).toBe(JSON.stringify(MESSAGE.body));
    expect(JSON.stringify(received)).not.toContain("foreign");
    expect(received?.headers).toEqual({
      "accept-encoding": "identity",
      "anthropic-beta": "one,two",
      "anthropic-version": "2023-06-01",
      "content-length": String(received?.body.length),
      "content-type": "application/json",
      "user-agent": "cli",
      "x-api-key": "real-anthropic-key",
      host: new URL(upstream.base).host,
      connection: "keep-alive",
    });
    expect(gateway.facts().hosts.used).toEqual([new URL(upstream.base).host]);
  });

  it.each([
    ["sse", "application/x-protobuf", "?alt=sse", undefined],
    ["proto", "*/*", "", "*/*"],
    ["media", "text/event-stream", "", "text/event-stream"],
  ])(
    "with alt=%s and accept: %s asks for no answer that cannot be counted",
    async (alt, accept, query, passed) => {
      const upstream = await startUpstream(json({}));
      const gateway = await openTestGateway([googleAccess(upstream.base)]);
      const path = `/google/v1beta/models/gemini-2.5-pro:streamGenerateContent`;
      const headers = { accept, "content-type": "application/x-protobuf" };

      await ask(gateway, { path: `${path}?alt=${alt}`, headers, body: { contents: [] } });

      const [received] = upstream.received;
      expect(received?.url).toBe(`${path.slice("/google".length)}${query}`);
      expect(received?.headers.accept).toBe(passed);
      expect(received?.headers["content-type"]).toBe("application/json");
    },
  );

  it("goes out with a subscription's login, and the beta that it needs once", async () => {
    const upstream = await startUpstream(ANSWER);
    const gateway = await openTestGateway([anthropicAccess(upstream.base, "login")]);

    await ask(gateway, { ...MESSAGE, headers: { ...FOREIGN, "anthropic-beta": "one, oauth-2025-04-20" } });
    await ask(gateway, MESSAGE);

    const shown = upstream.received.map(({ headers }) => [
      headers.authorization,
      headers["x-api-key"],
      headers["anthropic-beta"],
    ]);
    expect(shown).toEqual([
      ["Bearer real-anthropic-key", undefined, "one,oauth-2025-04-20"],
      ["Bearer real-anthropic-key", undefined, "oauth-2025-04-20"],
    ]);
  });

  it("goes to where the base says, with the version once", async () => {
    const upstream = await startUpstream(json({}));
    const bare = await openTestGateway([openaiAccess(upstream.base), googleAccess(upstream.base)]);
    const based = await openTestGateway([openaiAccess(`${upstream.base}/api/v1`)]);
    const body = { model: "m", input: "Hi" };

    await ask(bare, { path: "/openai/responses", body });
    await ask(bare, { path: "/openai/v1/responses", body });
    await ask(based, { path: "/openai/v1/responses", body });
    await ask(bare, { path: "/google/v1beta/models/gemini-2.5-pro:countTokens?key=foreign", body: {} });

    expect(upstream.received.every(({ headers }) => headers["content-type"] === "application/json")).toBe(
      true,
    );
    expect(upstream.received.map(({ url }) => url)).toEqual([
      "/v1/responses",
      "/v1/responses",
      "/api/v1/responses",
      "/v1beta/models/gemini-2.5-pro:countTokens",
    ]);
    expect(
      upstream.received.map(({ headers }) => headers.authorization ?? headers["x-goog-api-key"]),
    ).toEqual([
      "Bearer real-openai-key",
      "Bearer real-openai-key",
      "Bearer real-openai-key",
      "real-google-key",
    ]);
  });

  it("keeps nothing at OpenAI and asks a stream for its figures; nothing else of a body changes", async () => {
    const upstream = await startUpstream(json({}));
    const gateway = await openTestGateway([openaiAccess(upstream.base)]);
    const input = [{ role: "user", content: [{ type: "input_text", text: "ünïcode \u2028 \ud800" }] }];

    await ask(gateway, { path: "/openai/responses", body: { model: "m", store: true, input } });
    await ask(gateway, {
      path: "/openai/chat/completions",
      body: { model: "m", stream: true, stream_options: { x: 1 }, messages: [] },
    });
    await ask(gateway, { path: "/openai/chat/completions", body: { model: "m", messages: [] } });

    expect(upstream.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { model: "m", store: false, input },
      { model: "m", stream: true, stream_options: { x: 1, include_usage: true }, messages: [] },
      { model: "m", messages: [] },
    ]);
  });

  it("means at the provider what it was judged for: a name that stands twice goes out once", async () => {
    const upstream = await startUpstream(ANSWER);
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
    const twice = `{"mcp_servers":[{"url":"https://evil.example"}],"model":"m","max_tokens":5,"messages":[],"mcp_servers":[]}`;

    await ask(gateway, { ...MESSAGE, body: twice });

    expect(upstream.received[0]?.body).toBe(`{"mcp_servers":[],"model":"m","max_tokens":5,"messages":[]}`);
  });

  it("gets back what the provider says, without cookies and what tells of the account", async () => {
    const upstream = await startUpstream((response) => {
      response.writeHead(200, [
        ["content-type", "text/event-stream"],
        ["request-id", "req_1"],
        ["set-cookie", "a=1"],
        ["anthropic-organization-id", "org"],
        ["x-hop", "1"],
        ["x-twice", "1"],
        ["x-twice", "2"],
        ["connection", "x-hop, keep-alive"],
      ] as unknown as string[]);
      response.end("data: {}\n\n");
    });
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    const { headers } = await ask(gateway, MESSAGE);

    expect(headers).toMatchObject({ "request-id": "req_1", "x-twice": "1, 2" });
    expect(headers).not.toHaveProperty("set-cookie");
    expect(headers).not.toHaveProperty("anthropic-organization-id");
    expect(headers).not.toHaveProperty("x-hop");
  });

  it("never gets the key back, even where a provider's error repeats it", async () => {
    const upstream = await startUpstream(
      json({ error: { message: "bad key real-openai-key" } }, 401, { "x-said": "real-openai-key" }),
    );
    const gateway = await openTestGateway([openaiAccess(upstream.base)]);

    const answered = await ask(gateway, { path: "/openai/responses", body: { model: "m", input: "Hi" } });

    expect(answered.status).toBe(401);
    expect(answered.body).toBe('{"error":{"message":"bad key ***"}}');
    expect(answered.headers["x-said"]).toBe("***");
  });

  it("is not led elsewhere by a redirect", async () => {
    const elsewhere = await startUpstream(ANSWER);
    const upstream = await startUpstream((response) => {
      response.writeHead(307, { location: `${elsewhere.base}/v1/messages` });
      response.end();
    });
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    const answered = await ask(gateway, MESSAGE);

    expect(answered.status).toBe(502);
    expect(answered.body).toContain("redirect (307), which is not followed");
    expect(elsewhere.received).toEqual([]);
    expect(gateway.facts().usage.requests).toBe(0);
  });

  it("is told in its own protocol that the provider cannot be reached", async () => {
    const upstream = await startUpstream(ANSWER);
    await upstream.stop();
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    const answered = await ask(gateway, MESSAGE);

    expect(answered.status).toBe(502);
    expect(JSON.parse(answered.body)).toEqual({
      type: "error",
      error: {
        type: "api_error",
        message: `GZA's gateway: ${new URL(upstream.base).host} cannot be asked: ECONNREFUSED`,
      },
    });
    expect(gateway.facts()).toMatchObject({
      usage: { requests: 0 },
      signs: { status: null, word: "server_error" },
    });
  });
});

describe("refused is", () => {
  it.each([
    ["POST", "/anthropic/v1/files"],
    ["POST", "/anthropic/v1/messages/batches"],
    ["GET", "/anthropic/v1/messages"],
    ["DELETE", "/anthropic/v1/models/x"],
    ["POST", "/anthropic/v1/messages/../files"],
    ["POST", "/anthropic//v1/messages"],
    ["POST", "/anthropic/v1/messages/"],
    ["POST", "/anthropic/v1/%6dessages"],
    ["GET", "/anthropic/v1/models/..%2f..%2ffiles"],
    ["GET", "/anthropic/v1/models/../../v1/files"],
    ["POST", "/openai/v1/files"],
    ["POST", "/openai/v1/v1/responses"],
    ["GET", "/openai/v1/responses"],
    ["POST", "/openai/v1/embeddings"],
    ["POST", "/openai/v1/images/generations"],
    ["POST", "/google/v1beta/cachedContents"],
    ["POST", "/google/upload/v1beta/files"],
    ["POST", "/google/v1beta/models/gemini-2.5-pro:embedContent"],
    ["POST", "/google/v1beta/models/../files:generateContent"],
    ["POST", "/google/v1beta/tunedModels/x:generateContent"],
    ["PATCH", "/openai/responses"],
    ["GET", "/other"],
    ["POST", "/anthropicx/v1/messages"],
    ["GET", "/registry/nowhere/left-pad"],
  ])("%s %s", async (method, path) => {
    const upstream = await startUpstream(json({}));
    const { base } = upstream;
    const gateway = await openTestGateway([anthropicAccess(base), openaiAccess(base), googleAccess(base)]);

    const answered = await ask(gateway, { method, path, body: method === "POST" ? {} : undefined });

    expect(answered.status).toBe(403);
    expect(answered.body).toContain("GZA's gateway: ");
    expect(upstream.received).toEqual([]);
    expect(gateway.facts().hosts.refused).toHaveLength(1);
  });

  it.each([
    ["anthropic", "/anthropic/v1/files", { type: "error", error: { type: "permission_error" } }],
    ["openai", "/openai/v1/files", { error: { type: "permission_error", param: null, code: null } }],
    ["google", "/google/v1beta/files", { error: { code: 403, status: "PERMISSION_DENIED" } }],
  ])("said in the shape of %s", async (_, path, shape) => {
    const gateway = await openTestGateway([]);

    expect(JSON.parse((await ask(gateway, { path, body: {} })).body)).toMatchObject(shape);
  });

  it("a protocol without a key", async () => {
    const gateway = await openTestGateway([]);

    const answered = await ask(gateway, MESSAGE);

    expect(answered.status).toBe(403);
    expect(answered.body).toContain("no key for anthropic; add it to the repository's secrets");
    expect(gateway.facts().hosts.refused).toEqual(["anthropic: there is no key for it"]);
  });

  it.each([
    "http://api.anthropic.com/v1/messages",
    "http://169.254.169.254/latest/meta-data/",
    "https://user:secret@evil.example:8443/upload",
    "*",
  ])("a proxy's request for %s", async (path) => {
    const upstream = await startUpstream(ANSWER);
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    expect((await ask(gateway, { ...MESSAGE, path, headers: FOREIGN })).status).toBe(403);
    expect(gateway.facts().hosts.refused).toEqual([
      `${URL.parse(path)?.host ?? "?"}: plain requests are not passed on`,
    ]);
    expect(upstream.received).toEqual([]);
  });

  it("a tunnel to a model's host, with a key of the client's own too", async () => {
    const upstream = await startUpstream(ANSWER);
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
    const asked = begin(gateway, { method: "CONNECT", path: "api.anthropic.com:443", headers: FOREIGN });

    const status = await new Promise((resolve, reject) => {
      asked.on("connect", ({ statusCode }) => resolve(statusCode));
      asked.on("error", reject);
    });

    expect(status).toBe(403);
    expect(gateway.facts().hosts).toMatchObject({ used: [], tunnelled: [] });
    expect(gateway.facts().hosts.refused).toEqual([expect.stringContaining("api.anthropic.com")]);
  });

  it.each([
    ["no JSON", "{", "its body is not a JSON object"],
    ["a list", "[]", "its body is not a JSON object"],
    ["no model", '{"messages":[]}', "it names no model"],
    [
      "nesting without end",
      `{"model":"m","metadata":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      "nested too deeply",
    ],
  ])("a body with %s", async (_, body, why) => {
    const upstream = await startUpstream(ANSWER);
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    const answered = await ask(gateway, { ...MESSAGE, body });

    expect(answered.status).toBe(400);
    expect(answered.body).toContain(why);
    expect(upstream.received).toEqual([]);
  });

  it("a compressed body, and a body where none belongs", async () => {
    const upstream = await startUpstream(ANSWER);
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    expect((await ask(gateway, { ...MESSAGE, headers: { "content-encoding": "gzip" } })).status).toBe(400);
    expect((await ask(gateway, { method: "GET", path: "/anthropic/v1/models", body: "x" })).status).toBe(400);
    expect(upstream.received).toEqual([]);
  });

  it("an upgrade to web sockets", async () => {
    const gateway = await openTestGateway([]);
    const asked = begin(gateway, {
      method: "GET",
      path: "/openai/v1/responses",
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "x",
        "sec-websocket-version": "13",
      },
    });

    expect((await headOf(asked)).statusCode).toBe(403);
  });
});
