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
    const heard = await askAt(BEDROCK, { body: { ...(MESSAGE.body as object), model } });

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

  it("costs what Bedrock asks for", async () => {
    const answer = json({ type: "message", model: "claude-opus-4-8", ...TOKENS });
    const body = { model: "claude-opus-4-8", max_tokens: 10, messages: [] };

    expect((await askAt(BEDROCK, { body }, answer)).usd).toBe(33);
    expect((await askAt(VERTEX, { body }, answer)).usd).toBe(30);
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

  it.each([
    ["an account", ACCOUNT, "authorization"],
    ["a token", { kind: "key", value: "ya29.token" } as Credential, "authorization"],
    ["a key", { kind: "key", value: "AQ.key" } as Credential, "x-goog-api-key"],
  ])("goes to the publisher's models, with %s", async (_, credential, header) => {
    const at: At = { ...VERTEX, protocol: "google", credential };
    const heard = await askAt(at, { path, body }, json({ usageMetadata: {} }));

    const [received] = heard.received;
    expect(received?.url).toBe(
      `${PROJECT}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`,
    );
    expect(said(heard)).toEqual(body);
    expect(received?.headers[header]).toBeDefined();
  });
});

it.each<[Protocol, string, unknown]>([
  ["anthropic", "https://bedrock-runtime.eu-west-1.amazonaws.com/anthropic", { venue: "bedrock" }],
  ["anthropic", "https://bedrock-mantle.us-east-1.api.aws/anthropic", { venue: "bedrock" }],
  ["openai", "https://bedrock-mantle.us-east-1.api.aws/v1", { venue: "bedrock" }],
  ["anthropic", `https://us-east5-aiplatform.googleapis.com${PROJECT}`, { venue: "vertex" }],
  ["google", "https://aiplatform.googleapis.com/v1/projects/p/locations/global", { venue: "vertex" }],
  ["google", `https://aiplatform.eu.rep.googleapis.com${PROJECT}`, { venue: "vertex" }],
  ["anthropic", "https://bedrock-runtime.eu-west-1.amazonaws.com.example.com/anthropic", { venue: "vendor" }],
  ["anthropic", "https://models.example.com/anthropic", { venue: "vendor" }],
  [
    "anthropic",
    "https://bedrock-runtime.eu-west-1.amazonaws.com",
    { fault: "write it as https://bedrock-runtime.<region>.amazonaws.com/anthropic" },
  ],
  [
    "google",
    "https://us-east5-aiplatform.googleapis.com/v1",
    { fault: expect.stringContaining("/v1/projects/<project>/locations/<region>") },
  ],
])("knows whose address %s's %s is", (protocol, base, expected) => {
  expect(venueOf(protocol, base)).toEqual(expected);
});
