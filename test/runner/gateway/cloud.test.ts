/** Models at Bedrock and at Vertex: the agent speaks as to the vendor, and the cloud hears what it wants. */
import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { venueOf } from "../../../src/runner/gateway/cloud.ts";
import type { Credential, ModelAccess, Protocol, Venue } from "../../../src/runner/gateway/gateway.ts";
import { ask, MESSAGE, openTestGateway, type Answered } from "./opened-gateway.ts";
import { json, messages, startUpstream, stream, type Answer, type Received } from "./scripted-upstream.ts";

const PROJECT = "/v1/projects/p/locations/us-east5";
const KEY: Credential = { kind: "key", value: "real-key" };
const ANSWER = stream(
  ...messages({ usage: { input_tokens: 10, output_tokens: 1 }, last: { output_tokens: 5 } }),
);
const TOKENS = { usage: { input_tokens: 1e6, output_tokens: 1e6 }, stop_reason: "end_turn" };
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ACCOUNT: Credential = {
  kind: "service_account",
  email: "gza@p.iam.gserviceaccount.com",
  keyId: "key-1",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

interface At {
  venue: Venue;
  behind: string;
  protocol?: Protocol;
  credential?: Credential;
}

interface Heard {
  received: Received[];
  answered: Answered;
  usd: number | null;
}

async function askAt(at: At, asking: object, answer: Answer = ANSWER): Promise<Heard> {
  const upstream = await startUpstream(answer);
  const access: ModelAccess = {
    protocol: at.protocol ?? "anthropic",
    base: `${upstream.base}${at.behind}`,
    venue: at.venue,
    credential: at.credential ?? KEY,
  };
  const gateway = await openTestGateway([access]);
  const answered = await ask(gateway, { ...MESSAGE, ...asking });
  return { received: upstream.received, answered, usd: gateway.facts().usage.usd };
}

const BEDROCK: At = { venue: "bedrock", behind: "/anthropic" };
const VERTEX: At = { venue: "vertex", behind: PROJECT, credential: ACCOUNT };

const said = (heard: Heard): Record<string, unknown> =>
  JSON.parse(heard.received[0]?.body ?? "null") as Record<string, unknown>;

describe("at Bedrock a call", () => {
  it("is Anthropic's own, with the key as a token and the model by Bedrock's name", async () => {
    const model = "claude-sonnet-4-5-20250929";
    const metadata = { user_id: '{"session_id":"1"}' };
    const heard = await askAt(BEDROCK, { body: { ...(MESSAGE.body as object), model, metadata } });

    const [received] = heard.received;
    expect(received?.url).toBe("/anthropic/v1/messages");
    expect(received?.headers.authorization).toBe("Bearer real-key");
    expect(received?.headers["x-api-key"]).toBeUndefined();
    expect(said(heard)).toEqual({ ...(MESSAGE.body as object), model: "anthropic.claude-sonnet-4-5" });
    expect(heard.answered.body).toContain("message_delta");
  });

  it("keeps a name that is Bedrock's already", async () => {
    const model = "global.anthropic.claude-opus-4-8";
    const heard = await askAt(BEDROCK, { body: { ...(MESSAGE.body as object), model } });

    expect(said(heard)["model"]).toBe(model);
  });

  it("names no model by an address of another account", async () => {
    const model = "arn:aws:bedrock:us-east-1:1:application-inference-profile/claude-haiku-4-5";
    for (const [protocol, path] of [
      ["anthropic", "/anthropic/v1/messages"],
      ["openai", "/openai/v1/responses"],
    ] as const) {
      const heard = await askAt({ ...BEDROCK, protocol }, { path, body: { model, input: "Hi" } });

      expect([heard.answered.status, heard.received]).toEqual([403, []]);
    }
  });
});

describe("a million tokens in and out of Claude", () => {
  const GLOBAL: At = { ...VERTEX, behind: "/v1/projects/p/locations/global" };
  it.each([
    ["Bedrock", BEDROCK, "claude-opus-4-8", 33],
    ["Bedrock, by its name", BEDROCK, "eu.anthropic.claude-sonnet-4-6-v1:0", 19.8],
    ["Bedrock, without a date", BEDROCK, "anthropic.claude-haiku-4-5", 6.6],
    ["a region of Vertex", VERTEX, "claude-opus-4-8", 33],
    ["Vertex as a whole", GLOBAL, "claude-opus-4-8", 30],
    ["Vertex, by its name", GLOBAL, "claude-sonnet-4-5@20250929", 28.5],
  ])("cost at %s what is asked for there", async (_, at, model, usd) => {
    const body = { model: "claude-opus-4-8", max_tokens: 10, messages: [] };
    const heard = await askAt(at, { body }, json({ type: "message", model, ...TOKENS }));

    expect(heard.usd).toBeCloseTo(usd, 6);
  });

  it("cost more where they are kept for an hour", async () => {
    const body = { model: "claude-opus-4-8", max_tokens: 10, messages: [] };
    const kept = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 1e6 };
    const usage = {
      input_tokens: 0,
      output_tokens: 0,
      cache_creation_input_tokens: 1e6,
      cache_creation: kept,
    };
    const answer = { type: "message", model: "claude-opus-4-8", usage, stop_reason: "end_turn" };

    expect((await askAt(BEDROCK, { body }, json(answer))).usd).toBeCloseTo(11, 6);
  });
});

describe("at Vertex a call of Anthropic's protocol", () => {
  it("names the model in the address, and the version in the body", async () => {
    const model = "claude-sonnet-4-5-20250929";
    const heard = await askAt(VERTEX, {
      path: "/anthropic/v1/messages?beta=true",
      body: { ...(MESSAGE.body as object), model },
      headers: { "anthropic-beta": "one", "anthropic-version": "2023-06-01" },
    });

    const [received] = heard.received;
    const name = "claude-sonnet-4-5@20250929";
    expect(received?.url).toBe(`${PROJECT}/publishers/anthropic/models/${name}:streamRawPredict`);
    expect(received?.headers["anthropic-beta"]).toBe("one");
    const { model: _, ...rest } = MESSAGE.body as Record<string, unknown>;
    expect(said(heard)).toEqual({ ...rest, anthropic_version: "vertex-2023-10-16" });
    expect(heard.answered.status).toBe(200);
  });

  it("asks for an answer in one piece where the agent does", async () => {
    const body = { model: "claude-opus-4-8", max_tokens: 10, messages: [] };
    const { received } = await askAt(VERTEX, { body }, json({ type: "message", ...TOKENS }));

    expect(received[0]?.url).toBe(`${PROJECT}/publishers/anthropic/models/claude-opus-4-8:rawPredict`);
  });

  it("counts tokens where Vertex does, with the model in the body", async () => {
    const asking = { path: "/anthropic/v1/messages/count_tokens" };
    const heard = await askAt(VERTEX, asking, json({ input_tokens: 3 }));

    expect(heard.received[0]?.url).toBe(`${PROJECT}/publishers/anthropic/models/count-tokens:rawPredict`);
    expect(said(heard)).toMatchObject({ model: "claude-sonnet-4-5" });
    expect(heard.answered.body).toBe(JSON.stringify({ input_tokens: 3 }));
  });

  it.each(["../../secrets", "a/b", "m:rawPredict?x=", "%2e%2e", ""])(
    "is refused where the model's name %j would lead elsewhere",
    async (model) => {
      const heard = await askAt(VERTEX, { body: { ...(MESSAGE.body as object), model } });

      expect(heard.received).toEqual([]);
      expect([400, 403]).toContain(heard.answered.status);
    },
  );

  it("is signed by the account itself, whose key stays here", async () => {
    const { received } = await askAt(VERTEX, {});

    const token = received[0]?.headers.authorization?.replace("Bearer ", "") ?? "";
    const [head = "", claims = "", signature = ""] = token.split(".");
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    const verifier = createVerify("RSA-SHA256").update(`${head}.${claims}`);
    expect(verifier.verify(publicKey, signature, "base64url")).toBe(true);
    expect(read(head)).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
    const { iat, exp, ...rest } = read(claims) as { iat: number; exp: number };
    expect(exp - iat).toBe(3600);
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60);
    expect(rest).toEqual({
      iss: "gza@p.iam.gserviceaccount.com",
      sub: "gza@p.iam.gserviceaccount.com",
      scope: "https://www.googleapis.com/auth/cloud-platform",
    });
  });

  it("tells no agent the token, though the provider repeats it", async () => {
    const repeat: Answer = (response, { headers }) =>
      json({ error: { message: `no rights: ${headers.authorization}` } }, 401)(response, {} as Received);
    const { answered, received } = await askAt(VERTEX, {}, repeat);

    expect(answered.status).toBe(401);
    expect(answered.body).toContain("no rights: Bearer ***");
    expect(received[0]?.headers.authorization).toMatch(/^Bearer e/);
  });

  it("has no list of models", async () => {
    const { answered, received } = await askAt(VERTEX, {
      method: "GET",
      path: "/anthropic/v1/models",
      body: undefined,
    });

    expect([answered.status, received]).toEqual([403, []]);
    expect(answered.body).toContain("serves no such request");
  });
});

describe("at Vertex a call of Google's protocol", () => {
  const body = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
  const path = "/google/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse";

  it("goes to the publisher's models, and names none in its body", async () => {
    const other = { ...body, model: "projects/other/locations/us-central1/endpoints/1" };
    const heard = await askAt({ ...VERTEX, protocol: "google" }, { path, body: other }, json({}));

    const [received] = heard.received;
    expect(received?.url).toBe(
      `${PROJECT}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`,
    );
    expect(said(heard)).toEqual(body);
    expect(received?.headers.authorization).toMatch(/^Bearer e/);
  });

  it.each(["routingConfig", "model_config", "modelSelectionConfig"])(
    "is refused where %s would choose another model",
    async (field) => {
      const chosen = { ...body, generationConfig: { [field]: { manualMode: { modelName: "dear" } } } };
      const heard = await askAt({ ...VERTEX, protocol: "google" }, { path, body: chosen }, json({}));

      expect([heard.answered.status, heard.received]).toEqual([403, []]);
    },
  );
});

const MANTLE = "https://bedrock-mantle.<region>.api.aws";

it.each<[Protocol, string, unknown]>([
  ["anthropic", "https://bedrock-mantle.us-east-1.api.aws/anthropic", { venue: "bedrock" }],
  ["openai", "https://bedrock-mantle.us-east-1.api.aws/v1", { venue: "bedrock" }],
  ["openai", "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1", { venue: "bedrock" }],
  ["anthropic", `https://us-east5-aiplatform.googleapis.com${PROJECT}`, { venue: "vertex" }],
  ["google", "https://aiplatform.googleapis.com/v1/projects/p/locations/global", { venue: "vertex" }],
  ["google", `https://aiplatform.eu.rep.googleapis.com${PROJECT}`, { venue: "vertex" }],
  ["openai", `https://us-east5-aiplatform.googleapis.com${PROJECT}/endpoints/openapi`, { venue: "vertex" }],
  ["anthropic", "https://bedrock-mantle.us-east-1.api.aws.example.com/anthropic", { venue: "vendor" }],
  ["anthropic", "https://models.example.com/anthropic", { venue: "vendor" }],
  ["google", "https://generativelanguage.googleapis.com", { venue: "vendor" }],
  ["anthropic", "https://bedrock-mantle.us-east-1.api.aws", { fault: `write it as ${MANTLE}/anthropic` }],
  [
    "anthropic",
    "https://bedrock-runtime.eu-west-1.amazonaws.com/anthropic",
    { fault: `write it as ${MANTLE}/anthropic` },
  ],
  [
    "anthropic",
    "https://bedrock-runtime-fips.us-east-1.amazonaws.com./anthropic",
    { fault: `write it as ${MANTLE}/anthropic` },
  ],
  [
    "google",
    "https://bedrock-mantle.us-east-1.api.aws/v1",
    { fault: "its models do not speak this protocol" },
  ],
  [
    "google",
    "https://us-east5-aiplatform.mtls.googleapis.com/v1",
    { fault: expect.stringContaining("/v1/projects/<project>/locations/<region>") },
  ],
])("knows whose address %s's %s is", (protocol, base, expected) => {
  expect(venueOf(protocol, base)).toEqual(expected);
});
